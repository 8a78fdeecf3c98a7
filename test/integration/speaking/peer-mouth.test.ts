import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../../src/runtime/index.js';
import { speakThrough } from '../../../src/speaking/index.js';
import type { SpeechPart } from '../../../src/speech/index.js';
import { type SpeakingRig, speakingRig, tone } from './rig.js';

/** MMDAgent-EX's own lips stay open where the sound runs out in the middle of a vowel (measured: 0.24 of it, for ever). */
describe("A mouth that MMDAgent-EX's own lips move", () => {
  let rig: SpeakingRig;
  beforeEach(async () => {
    rig = await speakingRig();
  });
  afterEach(() => rig.close());

  const speak = (parts: AsyncIterable<SpeechPart>, signal?: AbortSignal) =>
    speakThrough(rig.client, undefined, parts, { clock: rig.clock, lips: 'peer', signal });

  async function* engine(...steps: readonly (Uint8Array | number)[]): AsyncGenerator<SpeechPart> {
    yield { type: 'start', sampleRateHz: 16_000 };
    for (const step of steps) {
      if (typeof step === 'number') await sleep(rig.clock, step);
      else yield { type: 'sound', pcm: step };
    }
  }

  it('closes where an engine is so slow that the sound stands still, and goes on with it', async () => {
    const spoken = speak(engine(tone(600), 4000, tone(800)));
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBeGreaterThan(0.1);
    await rig.clock.advanceAsync(2500);
    expect(rig.openingNow()).toBe(0);
    await rig.clock.advanceAsync(1700);
    expect(rig.openingNow()).toBeGreaterThan(0.1);
    await rig.until(spoken);
  });

  it('closes behind the last sound, also when its client has left', async () => {
    // Its engine is a little too slow, so the last of the sound runs out before its end is told.
    const slow = Array.from({ length: 7 }, () => [tone(100), 125]).flat();
    await rig.until(speak(engine(...slow, tone(100))));
    rig.client.close();
    await rig.clock.advanceAsync(1000);
    expect(rig.openingNow()).toBe(0);
  });

  it('closes when it is silenced', async () => {
    const stop = new AbortController();
    const spoken = speak(engine(tone(3000)), stop.signal);
    await rig.clock.advanceAsync(900);
    expect(rig.openingNow()).toBeGreaterThan(0.1);
    stop.abort();
    await rig.until(spoken);
    await rig.clock.advanceAsync(1000);
    expect(rig.openingNow()).toBe(0);
  });

  it('is told to close once, and never where nothing was heard', async () => {
    const closings = () => rig.lists().filter((list) => list === 'sil,50').length;
    const before = closings();
    await rig.until(speak(engine(tone(700))));
    await rig.clock.advanceAsync(1000);
    expect(closings()).toBe(before + 1);
    const stop = new AbortController();
    const spoken = speak(engine(5000), stop.signal);
    await rig.clock.advanceAsync(500);
    stop.abort();
    await rig.until(spoken);
    await rig.clock.advanceAsync(1000);
    expect(closings()).toBe(before + 1);
  });
});
