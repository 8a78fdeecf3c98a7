import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPhonemeList, SoundMouth, type TimedPhoneme } from '../../../src/lipsync/index.js';
import { RequestError, sleep } from '../../../src/runtime/index.js';
import { type SpeakThroughOptions, type SpokenSource, speakThrough } from '../../../src/speaking/index.js';
import type { SpeechPart, SpokenPart } from '../../../src/speech/index.js';
import { speechBeats } from '../../support/speech-beats.js';
import { type SpeakingRig, silence, speakingRig, tone } from './rig.js';

const LIST = 'sil,200,a,200,sil,300,o,150,k,60,a,240,sil,450,u,300,i,120,pau,180';
const TOLD = readPhonemeList(LIST, 'test');
const START: SpeechPart = { type: 'start', sampleRateHz: 24_000 };
const PHONEMES: SpeechPart = { type: 'phonemes', phonemes: TOLD, isExact: true };
/** Of the one morph that `a` moves, half of what it opens. */
const HALF_A = 0.25;
const FRAME_MS = 1000 / 60;

describe('Speech through an avatar', () => {
  let rig: SpeakingRig;
  beforeEach(async () => {
    rig = await speakingRig({ aheadMs: 5000 });
  });
  afterEach(() => rig.close());

  const speak = (
    source: readonly (SpeechPart | SpokenPart)[] | SpokenSource,
    options: Partial<SpeakThroughOptions> = {},
  ) =>
    speakThrough(rig.client, undefined, Array.isArray(source) ? given(source) : (source as SpokenSource), {
      clock: rig.clock,
      ...options,
    });

  /** When the mouth's `a` crosses its half upwards, milliseconds of the sound. */
  const openings = (): number[] => {
    const startMs = rig.soundFromMs();
    return rig.mouth.flatMap(({ a, atMs }, n) => {
      // A mouth that rests tells nothing.
      const before = rig.mouth[n - 1]?.a ?? 0;
      if (before >= HALF_A || a < HALF_A) return [];
      return [atMs - FRAME_MS + (FRAME_MS * (HALF_A - before)) / (a - before) - startMs];
    });
  };

  it('plays the sound and moves the mouth as the engine tells, in step', async () => {
    const end = await rig.until(speak([START, PHONEMES, sound(2200)], { knows: 'phonemes' }));
    expect(end).toMatchObject({
      way: 'own',
      mouth: 'exact',
      reason: 'completed',
      heardMs: 2200,
      parts: 1,
      lateParts: 0,
      reanchors: 0,
    });
    const [first = 0, second = 0] = openings();
    // The ramp to a shape begins one frame before its border and ends on it.
    expect(Math.abs(first - 200)).toBeLessThan(35);
    expect(Math.abs(second - 910)).toBeLessThan(35);
    expect(rig.sent.map(({ text }) => text)).not.toContain('LIPSYNC_STOP|0');
    expect(rig.openingNow()).toBe(0);
  });

  it.each([
    ['before their sound', [START, PHONEMES, sound(2200)]],
    ['after it', [START, sound(2200), PHONEMES]],
    ['in the midst of it, one by one', [START, sound(20), ...TOLD.map(one), sound(2180)]],
    [
      'each behind its own sound',
      [START, ...TOLD.flatMap((told) => [sound(told.endMs - told.startMs), one(told)])],
    ],
  ])('sends the same lips for phonemes %s', async (_, parts) => {
    await rig.until(speak(parts, { knows: 'phonemes' }));
    expect(rig.lists()).toEqual([LIST]);
  });

  it('leaves the mouth to MMDAgent-EX where nothing but the sound is known', async () => {
    const end = await rig.until(speak([START, sound(500)]));
    expect(end).toMatchObject({ way: 'peer', mouth: undefined, reason: 'completed', parts: 0 });
    expect(rig.lists()).toEqual([]);
  });

  it('passes sound on within the call that brings it, where the mouth need not wait', async () => {
    const asked: number[] = [];
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield START;
      yield PHONEMES;
      await sleep(rig.clock, 500);
      asked.push(rig.clock.nowMs());
      yield sound(2200);
    };
    await rig.until(speak(source(), { knows: 'phonemes' }), 1);
    // Heard 45 ms after it has left, in blocks of the sound device.
    expect(rig.soundFromMs() - (asked[0] ?? 0)).toBeLessThan(50);
  });

  it('keeps sound back for an estimated mouth as long as that needs, 150 ms at most', async () => {
    let firstAtMs: number | undefined;
    const speech = new Uint8Array(speechBeats({ beats: 5, everyMs: 400, opensMs: 130 }).buffer);
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield { type: 'start', sampleRateHz: 16_000 };
      for (let n = 0; n < 100; n++) {
        firstAtMs ??= rig.clock.nowMs();
        yield { type: 'sound', pcm: speech.slice(n * 640, (n + 1) * 640) };
        await sleep(rig.clock, 20);
      }
    };
    const end = await rig.until(
      speak(source(), {
        lips: 'own',
        kind: 'live',
        estimator: () => new SoundMouth({ tellEveryMs: 20 }),
      }),
      1,
    );
    expect(end).toMatchObject({ way: 'own', mouth: 'estimated', reason: 'completed', lateParts: 0 });
    // It is silent for its first 105 ms.
    const delayMs = rig.soundFromMs() - 105 - (firstAtMs ?? 0);
    expect(delayMs).toBeGreaterThan(60);
    // What it waits, the lane's lead, and the way.
    expect(delayMs).toBeLessThan(150 + 100 + 45);
    // Every burst opens it, none late by more than two frames of motion.
    expect(openings()).toHaveLength(5);
    for (const [n, opensMs] of openings().entries()) expect(Math.abs(opensMs - n * 400)).toBeLessThan(70);
  });

  it('moves the mouth by what is heard where an engine promises phonemes and tells none, and sound leaves as if it told', async () => {
    const speech = new Uint8Array(speechBeats({ beats: 5, everyMs: 400, opensMs: 130 }).buffer);
    const source = (on: SpeakingRig, told: readonly SpeechPart[]) =>
      (async function* (): AsyncGenerator<SpeechPart> {
        yield { type: 'start', sampleRateHz: 16_000 };
        yield* told;
        for (let n = 0; n < 100; n++) {
          yield { type: 'sound', pcm: speech.slice(n * 640, (n + 1) * 640) };
          await sleep(on.clock, 20);
        }
      })();
    const other = await speakingRig({ aheadMs: 5000 });
    const options = { knows: 'phonemes', kind: 'live' } as const;
    const telling = source(other, [PHONEMES]);
    await other.until(speakThrough(other.client, undefined, telling, { clock: other.clock, ...options }), 1);
    const end = await rig.until(speak(source(rig, []), options), 1);
    expect(end).toMatchObject({ way: 'own', mouth: 'estimated', reason: 'completed' });
    expect(rig.soundFromMs()).toBe(other.soundFromMs());
    await other.close();
    const later = openings().filter((opensMs) => opensMs > 300);
    expect(later).toHaveLength(4);
    for (const [n, opensMs] of later.entries()) expect(Math.abs(opensMs - (n + 1) * 400)).toBeLessThan(100);
  });

  it('uses the best there is for each sentence', async () => {
    const sentence = (index: number, startMs: number, tells: 'phonemes' | 'nothing'): SpokenPart => ({
      type: 'sentence',
      index,
      text: 'x',
      written: 'x',
      language: 'xx',
      engine: 'test',
      voice: undefined,
      credit: undefined,
      tells,
      isCached: false,
      startMs,
    });
    const end = await rig.until(
      speak(
        [
          { type: 'start', sampleRateHz: 16_000 },
          sentence(0, 0, 'phonemes'),
          { type: 'phonemes', phonemes: readPhonemeList('a,500,sil,500', 'test'), isExact: true },
          { type: 'sound', pcm: tone(500) },
          { type: 'sound', pcm: silence(500) },
          { type: 'sentence-end', index: 0, endMs: 1000 },
          sentence(1, 1000, 'nothing'),
          {
            type: 'sound',
            pcm: new Uint8Array(speechBeats({ beats: 1, everyMs: 1000, opensMs: 220 }).buffer),
          },
          { type: 'sentence-end', index: 1, endMs: 2000 },
        ],
        { knows: 'text', estimator: () => new SoundMouth() },
      ),
    );
    expect(end).toMatchObject({ way: 'own', mouth: 'estimated', reason: 'completed' });
    const [first = 0, second = 0] = openings();
    expect(Math.abs(first)).toBeLessThan(60);
    expect(Math.abs(second - 1200)).toBeLessThan(60);
  });

  it('sends the rest of the mouth anew where an engine kept the sound waiting', async () => {
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield START;
      yield {
        type: 'phonemes',
        phonemes: readPhonemeList('sil,100,a,1900,i,300,a,300,sil,100', 'test'),
        isExact: true,
      };
      yield sound(500);
      await sleep(rig.clock, 1500);
      yield sound(2200);
    };
    const end = await rig.until(speak(source(), { knows: 'phonemes' }));
    expect(end).toMatchObject({ reason: 'completed', reanchors: 1 });
  });

  it('ends sound, lips and engine at once when interrupted, with the mouth closed', async () => {
    const stop = new AbortController();
    let engineEnded = false;
    const source: SpokenSource = (signal) =>
      (async function* () {
        signal.addEventListener('abort', () => {
          engineEnded = true;
        });
        yield START;
        yield { type: 'phonemes', phonemes: readPhonemeList('a,9000', 'test'), isExact: true };
        for (;;) {
          yield sound(100);
          await sleep(rig.clock, 50, signal);
        }
      })();
    const spoken = speak(source, { knows: 'phonemes', signal: stop.signal });
    await rig.clock.advanceAsync(700);
    expect(rig.openingNow()).toBeGreaterThan(0.3);
    const atMs = rig.clock.nowMs();
    stop.abort();
    expect(engineEnded).toBe(true);
    const end = await rig.until(spoken);
    expect(end).toMatchObject({ reason: 'interrupted' });
    await rig.clock.advanceAsync(1000);
    // What was sent before is heard: the lead, and what the sound device holds.
    expect(rig.soundUntilMs() - atMs).toBeLessThan(200);
    expect(rig.lists().at(-1)).toBe('sil,50');
    expect(rig.openingNow()).toBe(0);
  });

  it('ends the engine when somebody else interrupts the lane', async () => {
    let hasEnded = false;
    const source: SpokenSource = (signal) =>
      (async function* () {
        signal.addEventListener('abort', () => {
          hasEnded = true;
        });
        yield START;
        for (;;) {
          yield sound(100);
          await sleep(rig.clock, 50, signal);
        }
      })();
    const spoken = speak(source);
    await rig.clock.advanceAsync(700);
    await rig.client.request('interrupt', { lane: 'simulator' });
    expect(await rig.until(spoken)).toMatchObject({ reason: 'interrupted' });
    expect(hasEnded).toBe(true);
  });

  it('speaks what there is of an engine that fails in the middle, and tells the failure', async () => {
    const failure = new RequestError('BRIDGE_ERR_SPEECH_FAILED', 'The engine broke', { retryable: true });
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield START;
      yield { type: 'phonemes', phonemes: readPhonemeList('a,600', 'test'), isExact: true };
      yield sound(600);
      throw failure;
    };
    const end = await rig.until(speak(source(), { knows: 'phonemes' }));
    expect(end).toMatchObject({ reason: 'failed', heardMs: 600, error: failure });
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('throws what an engine fails with before its first sound, and leaves the avatar free', async () => {
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield START;
      throw new RequestError('BRIDGE_ERR_SPEECH_KEY', 'No key');
    };
    await expect(rig.until(speak(source()))).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_KEY' });
    const { lanes } = await rig.until(rig.client.request('status', {}));
    expect(lanes[0]?.isSpeaking).toBe(false);
  });

  it('asks for no more after a drain, and speaks what came', async () => {
    const drain = new AbortController();
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield START;
      for (;;) {
        yield sound(100);
        await sleep(rig.clock, 100);
      }
    };
    const spoken = speak(source(), { drain: drain.signal });
    await rig.clock.advanceAsync(1000);
    drain.abort();
    const end = await rig.until(spoken);
    expect(end.reason).toBe('completed');
    expect(end.heardMs).toBeGreaterThan(800);
    expect(end.heardMs).toBeLessThan(1300);
  });

  it('says what lane there is not', async () => {
    await expect(
      rig.until(speakThrough(rig.client, 'nobody', given([START]), { clock: rig.clock })),
    ).rejects.toMatchObject({ code: 'BRIDGE_ERR_LANE_UNKNOWN' });
  });

  it('acts on messages that are tied to the sound, and tells when', async () => {
    const told: number[] = [];
    await rig.until(
      speak([START, sound(800)], {
        ties: [{ atMs: 400, message: 'TIED|1' }],
        onTied: (tie) => told.push(tie),
      }),
    );
    expect(rig.sent.map(({ text }) => text)).toContain('TIED|1');
    expect(told).toEqual([0]);
  });
});

async function* given(parts: readonly (SpeechPart | SpokenPart)[]): AsyncGenerator<SpeechPart | SpokenPart> {
  yield* parts;
}

function sound(ms: number): SpeechPart {
  return { type: 'sound', pcm: tone(ms, 24_000) };
}

function one(phoneme: TimedPhoneme): SpeechPart {
  return { type: 'phonemes', phonemes: [phoneme], isExact: true };
}
