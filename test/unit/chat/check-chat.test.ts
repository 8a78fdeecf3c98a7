import { describe, expect, it } from 'vitest';
import { checkChat } from '../../../src/chat/index.js';
import type { ChatSettings } from '../../../src/chat/open-chat.js';
import { systemHost } from '../../../src/programs/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

function check(settings: ChatSettings, env: Readonly<Record<string, string>> = {}) {
  const clock = new FakeClock();
  const host = systemHost({ PATH: '' });
  const started: string[] = [];
  const watched = {
    ...host,
    spawn: (file: string): never => {
      started.push(file);
      throw new Error('nothing may be started');
    },
  };
  const sent: unknown[] = [];
  const fetch = async (url: unknown): Promise<never> => {
    sent.push(url);
    throw new Error('nothing may be sent');
  };
  const done = checkChat(settings, { clock, env, host: watched, fetch: fetch as typeof globalThis.fetch });
  return { done, clock, started, sent };
}

const REALTIME = { rt: { type: 'openai-realtime', apiKey: 'sk-test' } };

describe('Settings of a conversation, before anything is started', () => {
  it.each<[string, ChatSettings, RegExp]>([
    ['a model that is none', { llm: { engine: 'nosuch' } }, /got "nosuch"/],
    ['a model without its key', { llm: { engine: 'openai' } }, /set OPENAI_API_KEY/],
    ['a second model that is none', { llm: { engine: 'offline,nosuch' } }, /got "nosuch"/],
    ['options of a model', { llm: { engines: { openai: { modle: 'x' } } } }, /modle/],
    [
      'a model that speaks, and a voice that is not its own',
      { llm: { engine: 'rt', engines: REALTIME }, voice: { topology: 'peer' } },
      /Expected topology stream or local/,
    ],
    [
      'how fast it speaks',
      { llm: { engine: 'rt', engines: REALTIME }, conversation: { reply: { speed: 2 } } },
      /^conversation\.reply\.speed: expected 0\.25 to 1\.5 with a speech-to-speech model, got 2\./,
    ],
    [
      'how fast everything is spoken',
      { llm: { engine: 'rt', engines: REALTIME }, speech: { speed: 3 } },
      /^speed: expected 0\.25 to 1\.5/,
    ],
    [
      'how much it says',
      { llm: { engine: 'rt', engines: REALTIME }, conversation: { reply: { maxTokens: 5000 } } },
      /^conversation\.reply\.maxTokens: expected 1 to 4096/,
    ],
    [
      'a temperature beyond its own',
      {
        llm: { engine: 'rt', engines: { rt: { ...REALTIME.rt, dialect: 'beta' } } },
        conversation: { reply: { temperature: 1.5 } },
      },
      /^conversation\.reply\.temperature: expected 0\.6 to 1\.2/,
    ],
    [
      'a server that decides where turns end',
      { llm: { engine: 'rt', engines: { rt: { ...REALTIME.rt, turnDetection: 'server_vad' } } } },
      /^llmEngines\.rt\.turnDetection: expected none/,
    ],
    ['an ear without an engine', { hears: true }, /No engine that understands speech/],
    ['a voice that is none', { speech: { engine: 'nosuch' } }, /nosuch/],
    ['tools', { tools: { mpc: {} } }, /mpc/],
    ['a section of the conversation', { conversation: { welcom: 'x' } }, /welcom/],
  ])('tell what is wrong with %s', async (_title, settings, told) => {
    const t = check(settings);
    await expect(t.done).rejects.toThrow(told);
    expect([t.started, t.sent, t.clock.pendingCount]).toEqual([[], [], 0]);
  });

  it('pass when they are right, and nothing was started or sent', async () => {
    const t = check(
      { hears: true, llm: { engine: 'rt,openai', engines: REALTIME }, voice: { topology: 'stream' } },
      { OPENAI_API_KEY: 'sk-test' },
    );
    await t.done;
    expect([t.started, t.sent, t.clock.pendingCount]).toEqual([[], [], 0]);
  });
});
