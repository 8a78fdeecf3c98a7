import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPhonemeList } from '../../../src/lipsync/index.js';
import { DeviceError, RequestError, sleep } from '../../../src/runtime/index.js';
import { type SpeakThroughOptions, speakThrough } from '../../../src/speaking/index.js';
import type { SpeechPart } from '../../../src/speech/index.js';
import { FakePlayback } from '../../support/fake-playback.js';
import { LoudMouth, type SpeakingRig, silence, speakingRig, tone } from './rig.js';

const LIST = 'sil,200,a,200,sil,300,o,150,k,60,a,240,sil,250';

describe('Speech that is played on this machine', () => {
  let rig: SpeakingRig;
  let playback: FakePlayback | undefined;
  beforeEach(async () => {
    rig = await speakingRig();
    playback = undefined;
  });
  afterEach(() => rig.close());

  const speak = (parts: AsyncIterable<SpeechPart>, options: Partial<SpeakThroughOptions> = {}) =>
    speakThrough(rig.client, undefined, parts, {
      clock: rig.clock,
      lips: 'local',
      knows: 'phonemes',
      openPlayback: async ({ sampleRateHz }) => {
        playback = new FakePlayback(rig.clock, { sampleRateHz });
        return playback;
      },
      ...options,
    });

  async function* engine(ms = 1400, rateHz = 24_000): AsyncGenerator<SpeechPart> {
    yield { type: 'start', sampleRateHz: rateHz };
    yield { type: 'phonemes', phonemes: readPhonemeList(LIST, 'test'), isExact: true };
    yield { type: 'sound', pcm: tone(ms, rateHz) };
  }

  /** When the mouth opens by half of `a`, less when the sound began to be heard. */
  const openings = (): number[] => {
    const leadInMs =
      ((playback?.heard.findIndex((sample) => sample !== 0) ?? 0) * 1000) / (playback?.sampleRateHz ?? 1);
    const startMs = playback?.heardAtMs(leadInMs) ?? 0;
    return rig.mouth
      .filter(({ a }, n) => a >= 0.25 && (rig.mouth[n - 1]?.a ?? 0) < 0.25)
      .map(({ atMs }) => atMs - startMs);
  };

  it('is heard at the rate of its engine, and an avatar moves its mouth with it', async () => {
    const heard: number[] = [];
    let startedAtMs: number | undefined;
    const end = await rig.until(
      speak(engine(), {
        onHeard: (ms) => heard.push(ms),
        onStarted: (atMs) => {
          startedAtMs = atMs;
        },
      }),
    );
    expect(end).toMatchObject({
      way: 'local',
      mouth: 'exact',
      reason: 'completed',
      heardMs: 1400,
      lateParts: 0,
    });
    expect(playback?.sampleRateHz).toBe(24_000);
    expect(playback?.heard.filter((sample) => sample !== 0).length).toBeGreaterThan(1390 * 24);
    const [first = 0, second = 0] = openings();
    expect(Math.abs(first - 200)).toBeLessThan(40);
    expect(Math.abs(second - 910)).toBeLessThan(40);
    expect(rig.openingNow()).toBe(0);
    expect(startedAtMs).toBeDefined();
    expect(heard.length).toBeGreaterThan(8);
    // Nothing was streamed.
    expect(() => rig.soundFromMs()).toThrow();
  });

  it('moves an estimated mouth too, hearing it at 16 kHz', async () => {
    const source = async function* (): AsyncGenerator<SpeechPart> {
      yield { type: 'start', sampleRateHz: 16_000 };
      yield { type: 'sound', pcm: silence(300) };
      yield { type: 'sound', pcm: tone(300) };
      yield { type: 'sound', pcm: silence(500) };
    };
    const end = await rig.until(speak(source(), { knows: 'sound', estimator: () => new LoudMouth() }));
    expect(end).toMatchObject({ way: 'local', mouth: 'estimated', reason: 'completed' });
    expect(rig.mouth.some(({ a }) => a > 0.3)).toBe(true);
    expect(rig.openingNow()).toBe(0);
  });

  it('ends sound, mouth and engine at once when interrupted', async () => {
    const stop = new AbortController();
    let hasEnded = false;
    const spoken = speakThrough(
      rig.client,
      undefined,
      (signal) =>
        (async function* (): AsyncGenerator<SpeechPart> {
          signal.addEventListener('abort', () => {
            hasEnded = true;
          });
          yield { type: 'start', sampleRateHz: 16_000 };
          yield { type: 'phonemes', phonemes: readPhonemeList('a,9000', 'test'), isExact: true };
          for (;;) {
            yield { type: 'sound', pcm: tone(100) };
            await sleep(rig.clock, 50, signal);
          }
        })(),
      {
        clock: rig.clock,
        lips: 'local',
        knows: 'phonemes',
        signal: stop.signal,
        openPlayback: async ({ sampleRateHz }) => new FakePlayback(rig.clock, { sampleRateHz }),
      },
    );
    await rig.clock.advanceAsync(1500);
    expect(rig.openingNow()).toBeGreaterThan(0.3);
    stop.abort();
    expect(hasEnded).toBe(true);
    expect(await rig.until(spoken)).toMatchObject({ reason: 'interrupted' });
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('fails with what the loudspeaker failed with, the mouth closed', async () => {
    const error = new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'It was pulled out');
    const spoken = speak(engine(1400));
    await rig.clock.advanceAsync(900);
    playback?.break(error);
    expect(await rig.until(spoken)).toMatchObject({ reason: 'failed', error });
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('throws why there is no loudspeaker, and lets the avatar go', async () => {
    const openPlayback = async () => {
      throw new DeviceError('BRIDGE_ERR_DEVICE_TOOL', 'No program plays sound');
    };
    await expect(rig.until(speak(engine(), { openPlayback }))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_TOOL',
    });
    const { openPlayback: none, ...without } = { openPlayback };
    void none;
    await expect(
      rig.until(
        speakThrough(rig.client, undefined, engine(), { clock: rig.clock, lips: 'local', ...without }),
      ),
    ).rejects.toBeInstanceOf(RequestError);
  });
});
