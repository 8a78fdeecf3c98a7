import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock, SystemClock } from '../../../src/runtime/index.js';
import type { Dictation } from '../../../src/sessions/index.js';
import type { RecognitionPart, Recognizer } from '../../../src/speech/index.js';
import { CALLER, OTHER, type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';
import { voiceOf } from '../../support/sessions/voice-blocks.js';
import { FakeEngine, sound, start } from '../../unit/speech/around/fake-engine.js';

/** Never answers the first thing it is asked, whatever its signal says. */
class HangingOnce implements Recognizer {
  readonly name = 'hanging';
  readonly isStreaming = false;
  asked = 0;

  async *recognize(): AsyncGenerator<RecognitionPart> {
    if (this.asked++ === 0) await new Promise(() => {});
    yield { type: 'final', text: `words ${this.asked}` };
  }

  async close(): Promise<void> {}
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** In the clock's time: somebody speaks, and is silent. */
async function speak(clock: FakeClock, dictation: Dictation): Promise<void> {
  const voice = await voiceOf();
  const sound = Buffer.concat([voice.subarray(0, 4000 * 32), new Uint8Array(2000 * 32)]);
  for (let at = 0; at < sound.byteLength; at += 640) {
    clock.advance(20);
    dictation.hear(sound.subarray(at, at + 640));
  }
}

/** A dictation with its words and faults, as they come. */
async function dictating({ sessions }: SessionRig): Promise<{ dictation: Dictation; told: string[] }> {
  const dictation = await sessions.dictate(CALLER);
  const told: string[] = [];
  dictation.events.on('final', (text) => told.push(text));
  dictation.events.on('error', ({ code }) => told.push(code));
  return { dictation, told };
}

describe('Speech without a conversation', () => {
  const rigs: SessionRig[] = [];
  afterEach(async () => {
    await Promise.all(rigs.splice(0).map(({ sessions }) => sessions.close()));
  });
  function withRecognizer(clock: FakeClock, recognizer: Recognizer): SessionRig {
    const rig = sessionRig({ clock }, {}, { recognizer });
    rigs.push(rig);
    return rig;
  }

  it('goes on when a recogniser hangs: it is told, and what is said next is written down', async () => {
    const clock = new FakeClock();
    const { dictation, told } = await dictating(withRecognizer(clock, new HangingOnce()));
    await speak(clock, dictation);
    await settled();
    clock.advance(10_000);
    await settled();
    expect(told).toEqual(['BRIDGE_ERR_SPEECH_STALLED']);
    await speak(clock, dictation);
    await settled();
    expect(told[1]).toMatch(/^words/);
  });

  it('tells nothing after its end, and ends although a recogniser hangs', async () => {
    const clock = new FakeClock();
    const { dictation, told } = await dictating(withRecognizer(clock, new HangingOnce()));
    await speak(clock, dictation);
    const closed = dictation.close();
    await speak(clock, dictation);
    await closed;
    expect(told).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  it('counts streams that are being opened: those who come at once are no more than those who come in turn', async () => {
    const { sessions } = withRecognizer(new FakeClock(), new HangingOnce());
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => sessions.dictate(CALLER)));
    expect(all.filter(({ status }) => status === 'fulfilled').length).toBe(8);
    expect(await sessions.dictate(OTHER)).toBeDefined();
    await sessions.close();
    await expect(sessions.dictate(CALLER)).rejects.toThrow(/closing/);
  });

  it('gives up on a recogniser that hangs on a whole sound, whatever it does with its signal', async () => {
    const clock = new FakeClock();
    const { sessions } = withRecognizer(clock, new HangingOnce());
    const words = sessions.transcribe(new Uint8Array(64_000), { caller: CALLER });
    const refused = expect(words).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED' });
    await settled();
    clock.advance(30_000);
    await refused;
    expect(await sessions.transcribe(new Uint8Array(64_000), { caller: CALLER })).toBe('words 2');
  });

  it('makes so much into sound at a time for each caller', async () => {
    const voice = new FakeEngine('slow', new SystemClock(), () => [start(), 20, sound(100)]);
    const rig = sessionRig({}, {}, { synthesizer: voice });
    rigs.push(rig);
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) => rig.sessions.synthesize(`Number ${at}.`, { caller: CALLER })),
    );
    expect(voice.mostActive).toBe(8);
    expect(all.filter(({ status }) => status === 'fulfilled').length).toBe(40);
    const refused = all.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason.code).toBe('BRIDGE_ERR_QUEUE_FULL');
  });
});
