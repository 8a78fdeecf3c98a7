import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SoundMouth } from '../../../src/lipsync/index.js';
import { SPOKEN, soundOf } from './acoustic/spoken.js';
import { driverRig, phonemes } from './rig.js';

const CLOSED = 'sil,50';
const closings = ({ handed }: ReturnType<typeof driverRig>) => handed.filter(({ list }) => list === CLOSED);

describe('LipsDriver > closing an open end', () => {
  it('closes the mouth after a last vowel when finish() comes after that was handed over', async () => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,1000'));
    rig.driver.start(0);
    await rig.clock.advanceAsync(1990);
    expect(rig.openingAt(1990)).toBeGreaterThan(0.3);
    rig.driver.finish();
    await rig.clock.advanceAsync(1000);
    expect(closings(rig)).toHaveLength(1);
    expect(closings(rig)[0]?.actAtMs).toBeLessThan(2020);
    expect(rig.driver.status).toBe('done');
    expect(rig.openingAt(2400)).toBe(0);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('closes the mouth when phonemes run dry, and opens it again when more come', async () => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,1000'));
    rig.driver.start(0);
    await rig.clock.advanceAsync(3000);
    // Held for six frames, since more could have come.
    expect(rig.openingAt(2150)).toBeGreaterThan(0.2);
    expect(rig.openingAt(2550)).toBe(0);
    expect(rig.driver.status).toBe('running');
    rig.driver.append(phonemes('a,4000', 1000));
    await rig.clock.advanceAsync(500);
    expect(rig.openingAt(rig.clock.nowMs())).toBeGreaterThan(0.3);
    await rig.stop();
    expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
  });

  it('closes the mouth when nobody knows any more when the next is heard', async () => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,40000'));
    rig.driver.start(0);
    await rig.clock.advanceAsync(5000);
    rig.hearAt(() => undefined);
    await rig.clock.advanceAsync(12_000);
    expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
    await rig.stop();
  });

  it.each([
    ['pause', 2050],
    ['pause', 2300],
    ['stop', 2050],
    ['stop', 2300],
  ] as const)('%s at %d ms leaves no mouth open that was at 2000', async (act, atMs) => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,1000'));
    rig.driver.start(0);
    // The part has ended in all but the shape that is held; and that too.
    await rig.clock.advanceAsync(atMs);
    void rig.driver[act]();
    await rig.clock.advanceAsync(1000);
    expect(closings(rig)).toHaveLength(1);
    expect(rig.openingAt(2600)).toBe(0);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('closes it where silence follows that became known after its part was handed over, when that is heard', async () => {
    for (const rest of ['sil,40', 'sil,2000', 'sil,2000,a,500,sil,100']) {
      const rig = driverRig();
      rig.driver.append(phonemes('a,1000'));
      rig.driver.start(0);
      await rig.clock.advanceAsync(1500);
      rig.driver.append(phonemes(rest, 1000));
      await rig.clock.advanceAsync(1000);
      expect(closings(rig).map(({ actAtMs }) => Math.round(actAtMs / 20))).toEqual([100]);
      expect(rig.openingAt(2300)).toBe(0);
      rig.driver.finish();
      await rig.clock.advanceAsync(5000);
      expect(rig.driver.status).toBe('done');
      expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
    }
  });

  it('closes it after a part that came so late that its closed end had passed', async () => {
    const rig = driverRig();
    rig.driver.start(0);
    rig.driver.append(phonemes('a,1000'));
    await rig.clock.advanceAsync(2300);
    rig.driver.append(phonemes('sil,100', 1000));
    rig.driver.finish();
    await rig.clock.advanceAsync(1000);
    expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
    expect(rig.driver.status).toBe('done');
  });

  it('closes it at the end of a sound that is estimated and breaks off in a vowel, whenever that end becomes known', async () => {
    for (const endsAfterMs of [0, 100, 250, 3000]) {
      const rig = driverRig();
      const estimator = new SoundMouth();
      rig.driver.start(0);
      // Cut off in a long vowel.
      const speech = SPOKEN[0] === undefined ? new Uint8Array() : soundOf(SPOKEN[0]).subarray(0, 1480 * 32);
      for (let at = 0; at < speech.byteLength; at += 640) {
        await rig.clock.advanceAsync(20);
        rig.driver.append(estimator.push(speech.subarray(at, at + 640)));
      }
      await rig.clock.advanceAsync(endsAfterMs);
      rig.driver.append(estimator.end());
      rig.driver.finish();
      await rig.clock.advanceAsync(5000);
      expect(rig.driver.status).toBe('done');
      expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
      expect(closings(rig).length).toBeLessThanOrEqual(1);
    }
  });

  it('does not close between parts of a vowel that become known in time', async () => {
    const rig = driverRig();
    rig.driver.start(0);
    for (let ms = 0; ms < 5000; ms += 50) {
      await rig.clock.advanceAsync(Math.max(0, 600 + ms - rig.clock.nowMs()));
      rig.driver.append(phonemes('a,50', ms));
    }
    expect(closings(rig)).toEqual([]);
    await rig.stop();
  });

  it('sends nothing more where the last part closes by itself', async () => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,1000'));
    rig.driver.finish();
    rig.driver.start(0);
    await rig.clock.advanceAsync(5000);
    await rig.driver.stop();
    expect(rig.handed).toHaveLength(1);
  });
});

describe('LipsDriver > a closing that fails', () => {
  const refused = new Error('no connection');
  const paused = async () => {
    const rig = driverRig();
    rig.driver.append(phonemes('a,9000,sil,100'));
    rig.driver.finish();
    rig.driver.start(0);
    await rig.clock.advanceAsync(3000);
    rig.refuse(refused, /^sil,50$/);
    void rig.driver.pause();
    await rig.clock.advanceAsync(100);
    expect(closings(rig)).toEqual([]);
    expect(rig.driver.isClosed).toBe(false);
    return rig;
  };

  it('is sent again while the sound is paused', async () => {
    const rig = await paused();
    rig.refuse(undefined);
    await rig.clock.advanceAsync(1000);
    expect(closings(rig)).toHaveLength(1);
    expect(rig.driver.isClosed).toBe(true);
    expect(rig.driver.counts).toMatchObject({ failedParts: 0, failedClosings: 1 });
    expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('is sent again by stop() at once', async () => {
    const rig = await paused();
    rig.refuse(undefined);
    const nowMs = rig.clock.nowMs();
    await rig.stop();
    expect(closings(rig).map(({ handedAtMs }) => handedAtMs)).toEqual([nowMs]);
    expect(rig.driver.isClosed).toBe(true);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('ends a stop() all the same after three tries, each told, and the mouth is not called closed', async () => {
    const rig = await paused();
    const told = rig.failures.length;
    void rig.driver.stop();
    await rig.clock.advanceAsync(900);
    expect(rig.driver.status).toBe('stopping');
    await rig.clock.advanceAsync(200);
    expect(rig.driver.status).toBe('stopped');
    expect(rig.failures.length - told).toBe(3);
    expect(rig.driver.isClosed).toBe(false);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('is not sent again over a part that took its place', async () => {
    const rig = await paused();
    const nowMs = rig.clock.nowMs();
    rig.hearAt((positionMs) => nowMs + 300 + positionMs);
    rig.driver.start(0);
    await rig.clock.advanceAsync(350);
    rig.refuse(undefined);
    await rig.clock.advanceAsync(1500);
    expect(closings(rig)).toEqual([]);
    expect(rig.openingAt(rig.clock.nowMs())).toBeGreaterThan(0.3);
    await rig.stop();
  });

  it('delays done until it has left, and no longer than three tries', async () => {
    for (const refusedMs of [400, 60_000]) {
      const rig = driverRig();
      rig.driver.append(phonemes('a,1000'));
      rig.driver.start(0);
      await rig.clock.advanceAsync(1500);
      rig.refuse(refused, /^sil,50$/);
      rig.driver.finish();
      await rig.clock.advanceAsync(500 + Math.min(refusedMs, 2000));
      if (refusedMs < 2000) expect(rig.driver.status).toBe('running');
      rig.refuse(refusedMs < 2000 ? undefined : refused);
      await rig.clock.advanceAsync(2000);
      expect(rig.driver.status).toBe('done');
      expect(rig.driver.isClosed).toBe(refusedMs < 2000);
      await rig.clock.advanceAsync(0);
      void rig.driver.stop();
      await rig.clock.advanceAsync(2000);
      expect(rig.clock.pendingCount).toBe(0);
    }
  });
});

/** Chunks of phonemes, when each becomes known after the one before, and what ends it. */
const ARRIVALS = fc.record({
  chunks: fc.array(
    fc.record({
      phoneme: fc.constantFrom('a', 'o', 'k', 'sil', 'pau'),
      lengthMs: fc.integer({ min: 5, max: 1500 }),
      waitMs: fc.integer({ min: 0, max: 1800 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  refusedMs: fc.integer({ min: 0, max: 900 }),
  end: fc.constantFrom('finish', 'pause', 'stop'),
});

describe('LipsDriver > whatever becomes known when', () => {
  it('leaves a closed mouth, also where nothing could be sent for a while', async () => {
    await fc.assert(
      fc.asyncProperty(ARRIVALS, async ({ chunks, refusedMs, end }) => {
        const rig = driverRig();
        rig.driver.start(0);
        let knownMs = 0;
        for (const { phoneme, lengthMs, waitMs } of chunks) {
          rig.driver.append(phonemes(`${phoneme},${lengthMs}`, knownMs));
          knownMs += lengthMs;
          await rig.clock.advanceAsync(waitMs);
        }
        rig.refuse(new Error('away'));
        void rig.driver[end]();
        await rig.clock.advanceAsync(refusedMs);
        rig.refuse(undefined);
        await rig.clock.advanceAsync(knownMs + 5000);
        expect(rig.driver.isClosed).toBe(true);
        expect(rig.openingAt(rig.clock.nowMs())).toBe(0);
        await rig.driver.stop();
        expect(rig.clock.pendingCount).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
