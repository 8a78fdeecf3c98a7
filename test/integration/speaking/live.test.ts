import { afterEach, describe, expect, it } from 'vitest';
import { LipsLink, LiveStream } from '../../../src/client/index.js';
import {
  closingMessage,
  DEFAULT_LIP_TABLE,
  type LipEstimator,
  readPhonemeList,
  type TimedPhoneme,
} from '../../../src/lipsync/index.js';
import { LiveLips, LiveMouth } from '../../../src/speaking/index.js';
import { type MouthFrame, type SpeakingRig, silence, speakingRig, tone } from './rig.js';

const LIST = 'sil,300,a,200,i,160,sil,400,o,240,k,60,a,180,sil,500,u,300,i,120,sil,400';
const TOLD = readPhonemeList(LIST, 'test');
const LONG = [
  ...TOLD,
  ...TOLD.map((one) => ({ ...one, startMs: one.startMs + 2860, endMs: one.endMs + 2860 })),
];
const MORPHS = { a: 'a', i: 'i', u: 'u', o: 'o' } as const;

/** Knows what is said, and tells it as late as a network would: in pieces of 20 ms, when so much more was heard. */
class Late implements LipEstimator {
  readonly lookAheadMs: number;
  readonly #told: readonly TimedPhoneme[];
  #heardBytes = 0;
  #untilMs = 0;

  constructor(told: readonly TimedPhoneme[], lookAheadMs = 100) {
    this.#told = told;
    this.lookAheadMs = lookAheadMs;
  }

  push(pcm: Uint8Array): readonly TimedPhoneme[] {
    this.#heardBytes += pcm.byteLength;
    return this.#tell(20 * Math.floor((this.#heardBytes / 32 - this.lookAheadMs) / 20));
  }

  end(): readonly TimedPhoneme[] {
    return this.#tell(this.#heardBytes / 32);
  }

  #tell(untilMs: number): readonly TimedPhoneme[] {
    const fromMs = this.#untilMs;
    if (untilMs <= fromMs) return [];
    this.#untilMs = untilMs;
    return this.#told
      .filter(({ startMs, endMs }) => endMs > fromMs && startMs < untilMs)
      .map(({ phoneme, startMs, endMs }) => ({
        phoneme,
        startMs: Math.max(startMs, fromMs),
        endMs: Math.min(endMs, untilMs),
      }));
  }
}

/** When each vowel of the list is half open, less when it was said. */
function delays(
  mouth: readonly MouthFrame[],
  saidAtMs: number,
  told: readonly TimedPhoneme[] = TOLD,
): number[] {
  return told
    .filter(({ phoneme }) => phoneme in MORPHS)
    .map(({ phoneme, startMs }) => {
      const morph = MORPHS[phoneme as keyof typeof MORPHS];
      const half = { a: 0.25, i: 0.2, u: 0.5, o: 0.4 }[morph];
      const from = saidAtMs + startMs;
      const at = mouth.find(
        (frame, n) => frame.atMs > from - 60 && frame[morph] >= half && (mouth[n - 1]?.[morph] ?? 0) < half,
      );
      return (at?.atMs ?? Number.NaN) - from;
    });
}

/** What a microphone would hear of the list, in frames of 20 ms. */
function* frames(told: readonly TimedPhoneme[]): Generator<Uint8Array> {
  const endMs = told.at(-1)?.endMs ?? 0;
  for (let atMs = 0; atMs < endMs; atMs += 20) {
    const now = told.find((one) => one.endMs > atMs);
    yield now === undefined || now.phoneme === 'sil' ? silence(20) : tone(20);
  }
}

describe('A live voice', () => {
  let rig: SpeakingRig;
  afterEach(() => rig.close());

  const hear = async (to: { hear(frame: Uint8Array): void }): Promise<number> => {
    const fromMs = rig.clock.nowMs();
    const reused = new Uint8Array(640);
    for (const frame of frames(TOLD)) {
      await rig.clock.advanceAsync(20);
      reused.set(frame);
      to.hear(reused);
    }
    return fromMs;
  };

  const mouthOnly = async (latencyMs?: number) => {
    const link = await rig.until(
      LipsLink.open({
        client: rig.client,
        clock: rig.clock,
        lane: undefined,
        model: undefined,
        readyTimeoutMs: 1000,
        offsetMs: 0,
        closing: (model) => closingMessage(model, DEFAULT_LIP_TABLE),
        signal: new AbortController().signal,
      }),
    );
    return new LiveMouth({
      clock: rig.clock,
      model: link.model,
      table: DEFAULT_LIP_TABLE,
      send: (message, actAtMs) => link.send(message, actAtMs),
      estimator: new Late(TOLD),
      latencyMs,
    });
  };

  it.each([60, 30, 15])(
    'moves a mouth without its sound, at %i frames a second each shape about as long after it was said',
    async (fps) => {
      rig = await speakingRig({}, fps);
      const mouth = await mouthOnly();
      const fromMs = await hear(mouth);
      await rig.until(mouth.end());
      await rig.clock.advanceAsync(500);
      const late = delays(rig.mouth, fromMs);
      for (const ms of late) expect(Math.abs(ms - 200)).toBeLessThan(fps === 15 ? 110 : 60);
      expect(Math.max(...late)).toBeLessThan(350);
      expect(mouth.counts).toMatchObject({ lateParts: 0, reanchors: 0, failedParts: 0 });
      expect(rig.openingNow()).toBe(0);
      // No sound was sent.
      expect(() => rig.soundFromMs()).toThrow();
    },
  );

  it('sends no more messages than there are shapes, and some to go on', async () => {
    rig = await speakingRig();
    const mouth = await mouthOnly();
    await hear(mouth);
    await rig.until(mouth.end());
    expect(mouth.counts.parts).toBeLessThan(2.2 * TOLD.length);
  });

  it('closes the mouth behind what is on its way when it is stopped', async () => {
    rig = await speakingRig();
    const mouth = await mouthOnly();
    let n = 0;
    for (const frame of frames(TOLD)) {
      await rig.clock.advanceAsync(20);
      mouth.hear(frame);
      if (++n === 25) break;
    }
    await rig.until(mouth.stop());
    await rig.clock.advanceAsync(500);
    expect(rig.lists().at(-1)).toBe('sil,50');
    expect(rig.openingNow()).toBe(0);
  });

  const streamWithLips = async () => {
    let stream: LiveStream | undefined;
    const lips = new LiveLips({
      client: rig.client,
      clock: rig.clock,
      model: '0',
      table: DEFAULT_LIP_TABLE,
      write: (pcm) => stream?.write(pcm),
      estimator: new Late(LONG),
    });
    stream = await rig.until(
      LiveStream.open({
        client: rig.client,
        clock: rig.clock,
        params: { lips: 'own' },
        say: () => {},
        onOpened: (handle) => lips.opened(handle),
      }),
    );
    return { lips, stream };
  };

  it('is heard a little later with lips of ours, and both in step', async () => {
    rig = await speakingRig();
    const { lips, stream } = await streamWithLips();
    const fromMs = await hear(lips);
    await rig.until(lips.end());
    await rig.until(stream.end());
    const soundMs = rig.soundFromMs() - (fromMs + 300);
    expect(soundMs).toBeGreaterThan(100);
    // What is held back for the lips, a frame, and what the live pacer and MMDAgent-EX take.
    expect(soundMs).toBeLessThan(150 + 20 + 120);
    for (const ms of delays(rig.mouth, fromMs)) expect(Math.abs(ms - soundMs)).toBeLessThan(60);
    expect(lips.counts).toMatchObject({ lateParts: 0, reanchors: 0 });
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('goes on with lips in step when the stream was interrupted and opened again', async () => {
    rig = await speakingRig();
    const { lips, stream } = await streamWithLips();
    const fromMs = rig.clock.nowMs();
    let n = 0;
    for (const frame of frames(LONG)) {
      await rig.clock.advanceAsync(20);
      lips.hear(frame);
      if (++n === 60) void rig.client.request('interrupt', { lane: 'simulator' });
    }
    await rig.until(lips.end());
    await rig.until(stream.end());
    expect(stream.reopened).toBe(1);
    const last = delays(rig.mouth, fromMs, LONG).slice(-3);
    for (const ms of last) expect(Math.abs(ms - 265)).toBeLessThan(60);
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });
});
