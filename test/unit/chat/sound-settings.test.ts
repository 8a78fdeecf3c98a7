import { describe, expect, it } from 'vitest';
import { readConversation } from '../../../src/chat/chat-settings.js';
import { soundWishes, withoutEffect } from '../../../src/chat/sound-settings.js';
import { openRealtime } from '../../../src/realtime/index.js';
import { settled } from '../../../src/realtime/session-settings.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { RealtimeServer } from '../../support/realtime-server.js';

const ENGINE = { type: 'openai-realtime', apiKey: 'sk-test' };
const EVERYTHING = {
  reply: { speed: 1.2, temperature: 0.7, maxTokens: 99, maxCharacters: 300, stallMs: 500 },
  history: { maxTokens: 500, maxPairs: 4 },
  limits: { modelMs: 9000 },
  acknowledgement: { phrases: ['Hm.'] },
  turnEnd: { finishedPauseMs: 500 },
  interruption: { minLetters: 4, backchannels: ['aha'] },
  hints: ['Gene'],
};

async function read(section: Readonly<Record<string, unknown>>) {
  const { conversation } = await readConversation(section, '');
  return { conversation, llm: {} };
}

async function sessionOf(engine: object, wishes: object): Promise<Readonly<Record<string, unknown>>> {
  const clock = new FakeClock();
  const server = new RealtimeServer();
  const model = await openRealtime(
    { engines: { rt: { ...ENGINE, ...engine } }, engine: 'rt', ...wishes },
    { clock, env: {}, openSocket: server.openSocket },
  );
  const opening = model.connect({ instructions: '' });
  await clock.advanceAsync(20_000);
  await opening;
  const session = server.last.session ?? {};
  await model.close();
  return session;
}

async function told(engine: object, section: Readonly<Record<string, unknown>>, parts: object = {}) {
  const model = await openRealtime(
    { engines: { rt: { ...ENGINE, ...engine } }, engine: 'rt' },
    { clock: new FakeClock(), env: {} },
  );
  return withoutEffect(await read(section), { model, hasWords: true, hasGuards: false, ...parts });
}

describe('Settings of a conversation with a speech-to-speech model', () => {
  it('that it has a parameter for are its own', async () => {
    const wishes = soundWishes({ ...(await read(EVERYTHING)), speech: { speed: 1.4 } });
    expect(await sessionOf({ speed: 0.8, maxTokens: 4000 }, wishes)).toMatchObject({
      max_output_tokens: 99,
      audio: { output: { speed: 1.2 }, input: { transcription: { prompt: 'Gene' } } },
    });
    const beta = await sessionOf({ dialect: 'beta' }, wishes);
    expect(beta).toMatchObject({ temperature: 0.7, speed: 1.2, max_response_output_tokens: 99 });
  });

  it.each<[string, object, object, number]>([
    ['the conversation', { speed: 0.8 }, { speed: 1.2, usualSpeed: 1.4 }, 1.2],
    ['the engine', { speed: 0.8 }, { usualSpeed: 1.4 }, 0.8],
    ['the settings for every voice', {}, { usualSpeed: 1.4 }, 1.4],
    ['nobody', {}, {}, 1],
  ])('speak as fast as says %s', async (_title, engine, wishes, speed) => {
    expect(await sessionOf(engine, wishes)).toMatchObject({ audio: { output: { speed } } });
  });

  it('tell nothing to a transcription that takes no words', async () => {
    const wishes = { hints: ['Gene'], language: 'en-US' };
    const { audio } = await sessionOf({ transcription: 'gpt-realtime-whisper' }, wishes);
    expect(audio).toMatchObject({
      input: { transcription: { model: 'gpt-realtime-whisper', language: 'en' } },
    });
    expect(JSON.stringify(audio)).not.toContain('Gene');
  });

  it('leave the language to the engine where that names one', () => {
    const options = { language: 'ja', speed: 1, transcription: 'x', dialect: 'ga' } as never;
    expect(settled(options, { language: 'en' }).language).toBe('ja');
    expect(settled({ ...(options as object), language: undefined } as never, {}).language).toBeUndefined();
  });

  it('that are its standard need no word', async () => {
    expect(await told({ transcription: '' }, {}, { hasWords: false })).toEqual([]);
  });

  it('that have no effect are told by name', async () => {
    expect(await told({}, EVERYTHING)).toEqual([
      'conversation.reply.temperature',
      'conversation.reply.maxCharacters',
      'conversation.history.maxTokens',
      'conversation.limits.modelMs',
      'conversation.acknowledgement.phrases',
      'conversation.reply.stallMs',
    ]);
  });

  it('that have an effect only with the beta, with guards or with words are told where these are not', async () => {
    const all = await told({ transcription: '' }, EVERYTHING, { hasWords: false, hasGuards: true });
    expect(all).toEqual(
      expect.arrayContaining([
        'conversation.turnEnd.finishedPauseMs',
        'conversation.interruption.minLetters',
        'conversation.interruption.backchannels',
        'conversation.hints',
      ]),
    );
    expect(all).not.toContain('conversation.reply.stallMs');
    expect(await told({ dialect: 'beta' }, EVERYTHING)).not.toContain('conversation.reply.temperature');
  });
});
