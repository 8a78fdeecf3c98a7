import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Conversation, conversationSettings, standardJudge } from '../../../src/dialogue/index.js';
import { ReplyReader } from '../../../src/expression/index.js';
import { createHearing, DEFAULT_HEARING } from '../../../src/hearing/index.js';
import { createReplyVoice } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedEar } from '../../support/dialogue/scripted-ear.js';
import { ScriptedModel } from '../../support/dialogue/scripted-model.js';
import { ScriptedRecognizer } from '../../support/dialogue/scripted-recognizer.js';
import { RecordingSink } from '../../support/dialogue/talk.js';

/** The rooms themselves where no sound is needed: judgements, reader of replies, the voice that is read. */
function open() {
  const clock = new FakeClock();
  const ear = new ScriptedEar(clock);
  const model = new ScriptedModel(clock);
  const sink = new RecordingSink();
  const settings = conversationSettings();
  const voice = createReplyVoice({ topology: 'text', msPerCharacter: 100 }, { clock } as never);
  const conversation = new Conversation(
    {
      clock,
      ear,
      model,
      voice,
      recognizer: new ScriptedRecognizer(clock),
      judge: standardJudge(settings.interruption),
      openReader: () => new ReplyReader(),
      sinks: [sink],
    },
    settings,
  );
  const ends: unknown[] = [];
  const told: string[] = [];
  conversation.events.on('turnEnded', (end) => ends.push(end));
  for (const name of ['held', 'resumed', 'interrupted'] as const)
    conversation.events.on(name, () => told.push(name));
  const close = async (): Promise<number> => {
    const closing = conversation.close();
    await clock.advanceAsync(1000);
    await closing;
    await voice.close();
    ear.close();
    return clock.pendingCount;
  };
  return {
    clock,
    ear,
    model,
    sink,
    conversation,
    ends,
    told,
    close,
    pass: (ms: number) => clock.advanceAsync(ms),
  };
}

describe('A conversation of the rooms themselves', () => {
  it('answers, with tags that are shown and not spoken', async () => {
    const t = open();
    t.model.answer = () => '[face:joy]はい、そうですね、今日は晴れですよ。[face:sad]明日は雨です';
    t.ear.say({ text: '今日の天気を教えてください', ms: 900 });
    await t.pass(15_000);
    expect(t.ends).toMatchObject([
      { outcome: 'completed', heard: 'はい、そうですね、今日は晴れですよ。明日は雨です' },
    ]);
    expect(t.sink.cues.map(({ cue }) => cue.value)).toEqual(['joy', 'sad']);
    expect(await t.close()).toBe(0);
  });

  it('goes on after うん, stops at ちょっと待って, and remembers what was read', async () => {
    const t = open();
    t.model.answer = (_request, count) =>
      count === 1
        ? 'むかしむかし、ある所におじいさんとおばあさんがいました。山へ行きました。'
        : 'はい、待ちます。';
    t.conversation.ask({ text: '話して', by: 'typed' });
    await t.pass(1500);
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(1200);
    expect(t.told).toEqual(['held', 'resumed']);
    t.ear.say({ text: 'ちょっと待って', ms: 500 });
    await t.pass(10_000);
    expect(t.told).toEqual(['held', 'resumed', 'held', 'interrupted']);
    const [first] = t.ends as { readonly heard: string }[];
    expect(t.model.requests[1]?.messages).toContainEqual({ role: 'assistant', text: first?.heard });
    expect(t.ends).toMatchObject([
      { outcome: 'interrupted' },
      { outcome: 'completed', user: 'ちょっと待って' },
    ]);
    expect(await t.close()).toBe(0);
  });

  it('waits behind a particle and joins what comes then', async () => {
    const t = open();
    t.ear.say(
      { text: '明日の天気は、', ms: 700 },
      { pauseMs: 1500 },
      { text: '東京はどうですか？', ms: 700 },
    );
    await t.pass(15_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: '明日の天気は、東京はどうですか？' }]);
    expect(await t.close()).toBe(0);
  });
});

const FRAME_BYTES = 640;
const FRAME_MS = 20;

describe('A conversation with the ear itself', () => {
  it('hears a recording frame by frame, is interrupted by it, and answers it', async () => {
    const clock = new FakeClock();
    const wav = readFileSync(new URL('../../../fixtures/audio/speech-sample.wav', import.meta.url));
    const speech = wav.subarray(44);
    const ear = await createHearing({ settings: { ...DEFAULT_HEARING, vad: 'level', thresholdDbfs: -45 } });
    const model = new ScriptedModel(clock);
    model.answer = () =>
      'これはとても長いお話です。むかしむかし、あるところに、おじいさんがいました。山へ行きました。';
    const settings = conversationSettings();
    const voice = createReplyVoice({ topology: 'text', msPerCharacter: 100 }, { clock } as never);
    const bytes: number[] = [];
    const conversation = new Conversation(
      {
        clock,
        ear,
        model,
        voice,
        openReader: () => new ReplyReader(),
        recognizer: {
          name: 'fixed',
          isStreaming: false,
          async *recognize({ sound }) {
            let heard = 0;
            for await (const piece of sound) heard += piece.byteLength;
            bytes.push(heard);
            await new Promise<void>((resolve) => clock.after(150, resolve));
            yield { type: 'final', text: '東京へ行きたいです' };
          },
          close: async () => {},
        },
      },
      settings,
    );
    const outcomes: string[] = [];
    const users: string[] = [];
    conversation.events.on('turnEnded', ({ outcome, user }) => {
      outcomes.push(outcome);
      users.push(user);
    });
    const listen = async (pcm: Uint8Array | undefined, ms: number): Promise<void> => {
      for (let frame = 0; frame * FRAME_MS < ms; frame++) {
        const part = pcm?.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES);
        await clock.advanceAsync(FRAME_MS);
        conversation.hear(
          part?.byteLength === FRAME_BYTES ? part : new Uint8Array(FRAME_BYTES),
          clock.nowMs(),
        );
      }
    };
    const speechMs = Math.floor(speech.byteLength / FRAME_BYTES) * FRAME_MS;
    conversation.ask({ text: '話して', by: 'typed' });
    await listen(undefined, 1500);
    expect(conversation.phase).toBe('speaking');
    await listen(speech, speechMs);
    await listen(undefined, 15_000);
    expect(outcomes[0]).toBe('interrupted');
    expect(outcomes.at(-1)).toBe('completed');
    expect(users.at(-1)).toContain('東京へ行きたいです');
    expect(bytes.at(-1)).toBeGreaterThan(FRAME_BYTES * 10);
    const closing = conversation.close();
    await clock.advanceAsync(1000);
    await closing;
    ear.close();
    await voice.close();
    expect(clock.pendingCount).toBe(0);
  });
});
