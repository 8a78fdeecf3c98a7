import { describe, expect, it } from 'vitest';
import { LipTable, motionFrames, PhonemeNames } from '../../../src/lipsync/index.js';
import { InvalidStateError, ProtocolError } from '../../../src/runtime/index.js';
import { driverRig, durations, phonemes, sum } from './rig.js';

/** So many vowels with a short pause behind each, one second each. */
const speech = (seconds: number, fromMs = 0) =>
  phonemes(Array.from({ length: seconds }, () => 'k,100,a,400,r,100,o,300,pau,100').join(','), fromMs);

describe('LipsDriver', () => {
  it('sends the whole of a short utterance once, shortly before it is heard, anchored at its position', async () => {
    const { clock, driver, handed } = driverRig();
    driver.append(phonemes('sil,400,k,75,o,75,N,75,n,75,i,62,ch,75,i,87,w,100,a,87,sil,212'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(5000);
    expect(handed).toHaveLength(1);
    // Closed for the last 350 ms before it opens, and no message for the silence before.
    expect(handed[0]?.message).toBe(
      'LIPSYNC_START|0|sil,350,k,75,o,75,N,75,n,75,i,62,ch,75,i,87,w,100,a,87,sil,212',
    );
    expect(handed[0]?.handedAtMs).toBe(800);
    // Rounded to whole frames some of its borders come late and some early; on average they come when they are heard.
    const { startFrames } = motionFrames(durations(handed[0]?.list ?? ''));
    const late = [400, 475, 550, 625, 700, 762, 837, 924, 1024, 1111].map(
      (ms, index) => (handed[0]?.actAtMs ?? 0) + ((startFrames[index + 1] ?? 0) * 1000) / 30 - (1000 + ms),
    );
    // From N to n the mouth stays as it is.
    late.splice(3, 1);
    expect(sum(late) / late.length).toBeCloseTo(0, 0);
    expect(Math.max(...late.map(Math.abs))).toBeLessThan(30);
    expect(driver.status).toBe('done');
    expect(driver.counts).toMatchObject({ parts: 1, lateParts: 0, failedParts: 0 });
    expect(clock.pendingCount).toBe(0);
  });

  it('re-anchors each part at the time line, so that a fast or slow device stays in step for ten minutes', async () => {
    const { clock, driver, handed, hearAt } = driverRig();
    // 300 ppm: 180 ms in ten minutes.
    hearAt((positionMs) => 1000 + positionMs * 1.0003);
    driver.append(speech(600));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(605_000);
    expect(handed.length).toBeGreaterThan(60);
    let positionMs = 0;
    for (const { list, actAtMs } of handed) {
      const leadMs = positionMs === 0 ? 350 : 0;
      expect(Math.abs(actAtMs + leadMs - (1000 + positionMs * 1.0003))).toBeLessThan(17);
      positionMs += sum(durations(list)) - leadMs;
      expect(sum(durations(list))).toBeLessThan(9000);
    }
    expect(positionMs).toBe(600_000);
    expect(driver.counts.reanchors).toBe(0);
  });

  it('hands a part over at most 250 ms before it acts', async () => {
    const { clock, driver, handed } = driverRig();
    driver.append(speech(60));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(62_000);
    for (const { actAtMs, handedAtMs } of handed) expect(actAtMs - handedAtMs).toBeLessThanOrEqual(251);
  });

  it('lengthens a silence at the beginning rather than sending two', async () => {
    const { clock, driver, handed } = driverRig();
    driver.append(phonemes('sil,187,k,75,o,75,sil,212'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(5000);
    expect(handed.map(({ list }) => list)).toEqual(['sil,350,k,75,o,75,sil,212']);
  });

  it('acts so that a single opening, rounded to whole frames, comes when it is heard', async () => {
    for (const silentMs of [400, 417, 433, 444, 511]) {
      const { clock, driver, handed } = driverRig();
      driver.append(phonemes(`sil,${silentMs},a,1000,sil,100`));
      driver.finish();
      driver.start(0);
      await clock.advanceAsync(5000);
      const { startFrames } = motionFrames(durations(handed[0]?.list ?? ''));
      const opensMs = (handed[0]?.actAtMs ?? 0) + ((startFrames[1] ?? 0) * 1000) / 30;
      expect(Math.abs(opensMs - (1000 + silentMs))).toBeLessThan(1);
    }
  });

  it('waits while nobody knows when the sound is heard', async () => {
    const { clock, driver, handed, hearAt, stop } = driverRig();
    hearAt(() => undefined);
    driver.append(speech(1));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    expect(handed).toEqual([]);
    hearAt((positionMs) => 3100 + positionMs);
    await clock.advanceAsync(2000);
    // 60 ms are left before it opens, once the message is there.
    expect(handed[0]?.message).toMatch(/^LIPSYNC_START\|0\|sil,60,k,100,/);
    expect(handed[0]?.actAtMs).toBe(3040);
    await stop();
  });

  it('cuts what is late to what is still to come, and counts it', async () => {
    const { clock, driver, handed, hearAt } = driverRig();
    hearAt((positionMs) => positionMs - 250);
    driver.append(phonemes('a,200,k,100,o,300,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(2000);
    // At 20 ms position 270 is heard: 30 ms of the k are left, too short to show; the o begins sooner.
    expect(handed[0]).toMatchObject({ actAtMs: 20, list: 'o,50,o,280,sil,100' });
    expect(driver.counts.lateParts).toBe(1);
  });

  it('begins inside a phoneme after a seek, with the sounding phoneme cut short so that the fade ends at once', async () => {
    const { clock, driver, handed, hearAt } = driverRig();
    driver.append(phonemes('a,5000,sil,1000,i,5000,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    const nowMs = clock.nowMs();
    hearAt((positionMs) => nowMs + 200 + (positionMs - 8000));
    driver.start(8000);
    await clock.advanceAsync(10_000);
    const [, closing, part] = handed;
    // The old part goes on until the sound jumps.
    expect(closing).toMatchObject({ list: 'sil,50' });
    expect(closing?.actAtMs).toBeCloseTo(nowMs + 200 - 100 / 3, 6);
    expect(part).toMatchObject({ list: 'i,50,i,2950,sil,100', actAtMs: nowMs + 200 });
    expect(driver.status).toBe('done');
  });

  it('goes back to what was heard before', async () => {
    const { clock, driver, handed, hearAt, stop } = driverRig();
    driver.append(phonemes('i,500,sil,1000,o,500,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(5000);
    expect(driver.status).toBe('done');
    hearAt((positionMs) => 6000 + positionMs);
    driver.start(0);
    await clock.advanceAsync(1200);
    expect(handed.at(-1)?.message).toMatch(/^LIPSYNC_START\|0\|sil,350,i,500,/);
    await stop();
  });

  it('closes the mouth at a pause, after a part that is on its way, and goes on from where it stood', async () => {
    const { clock, driver, handed, openingAt } = driverRig();
    driver.append(phonemes('sil,500,a,6500,pau,200,o,2000,sil,100'));
    driver.finish();
    driver.start(0);
    // The second part acts at 1000 + 7100; it is handed over 250 ms before.
    await clock.advanceAsync(7950);
    expect(handed).toHaveLength(2);
    const part = handed[1];
    const nowMs = clock.nowMs();
    void driver.pause();
    await clock.advanceAsync(1000);
    const closings = handed.slice(2);
    expect(closings.map(({ list }) => list)).toEqual(['sil,50', 'sil,50']);
    expect(closings[0]?.actAtMs).toBe(nowMs);
    expect(closings[1]?.actAtMs).toBeGreaterThan(part?.actAtMs ?? 0);
    expect(openingAt(clock.nowMs())).toBe(0);
    expect(driver.status).toBe('paused');
    expect(clock.pendingCount).toBe(0);
    await clock.advanceAsync(60_000);
    expect(handed).toHaveLength(4);
  });

  it('closes at the time the sound stops being heard', async () => {
    const { clock, driver, handed } = driverRig();
    driver.append(phonemes('a,9000,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    void driver.pause(3120);
    await clock.advanceAsync(1000);
    expect(handed.at(-1)).toMatchObject({ list: 'sil,50', actAtMs: 3120 });
  });

  it('never sends LIPSYNC_STOP, and is closed when stop() resolves', async () => {
    const { clock, driver, handed, openingAt } = driverRig();
    driver.append(phonemes('a,9000,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    expect(openingAt(3000)).toBeGreaterThan(0.3);
    let stoppedAtMs = 0;
    void driver.stop().then(() => {
      stoppedAtMs = clock.nowMs();
    });
    await clock.advanceAsync(1000);
    expect(stoppedAtMs).toBe(3300);
    expect(openingAt(stoppedAtMs)).toBe(0);
    expect(handed.every(({ message }) => message.startsWith('LIPSYNC_START|0|'))).toBe(true);
    await driver.stop();
    await driver.whenDone();
    expect(clock.pendingCount).toBe(0);
  });

  it('sends nothing at a stop or pause when the mouth rests', async () => {
    const { clock, driver, handed } = driverRig();
    driver.append(phonemes('sil,20000,a,100,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    await driver.pause();
    await driver.stop();
    expect(handed).toEqual([]);
  });

  it('resolves whenDone when the last part has acted and the mouth is closed', async () => {
    const { clock, driver } = driverRig();
    driver.append(phonemes('a,500'));
    let doneAtMs = 0;
    void driver.whenDone().then(() => {
      doneAtMs = clock.nowMs();
    });
    driver.start(0);
    await clock.advanceAsync(1400);
    driver.finish();
    await clock.advanceAsync(2000);
    // 500 ms and the hold of six frames, in which it closes.
    expect(doneAtMs).toBeGreaterThanOrEqual(1000 + 500 + 200);
    expect(doneAtMs).toBeLessThan(1900);
  });

  it('reports what could not be sent and goes on when it can be again', async () => {
    const { clock, driver, handed, failures, refuse, stop } = driverRig();
    refuse(new Error('no connection'));
    driver.append(speech(20));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    expect(handed).toEqual([]);
    expect(failures.length).toBeGreaterThan(2);
    expect(failures.length).toBeLessThan(8);
    refuse(undefined);
    await clock.advanceAsync(1000);
    expect(handed).toHaveLength(1);
    expect(handed[0]?.actAtMs).toBeLessThan(3700);
    expect(driver.counts.parts).toBe(1);
    await stop();
    expect(clock.pendingCount).toBe(0);
  });

  it('sends the rest anew when the device ran dry and everything is heard later', async () => {
    const { clock, driver, handed, hearAt, openingAt } = driverRig();
    driver.append(phonemes('sil,500,a,2000,pau,300,a,2000,sil,100'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(2500);
    hearAt((positionMs) => 1400 + positionMs);
    await clock.advanceAsync(6000);
    expect(driver.counts.reanchors).toBe(1);
    expect(handed).toHaveLength(2);
    // In the middle of the pause, as it is now heard.
    expect(openingAt(1400 + 2700)).toBe(0);
    expect(openingAt(1400 + 3500)).toBeGreaterThan(0.3);
  });

  it('sends what an estimator knows in parts as they become known, each before the one before ends', async () => {
    const { clock, driver, handed } = driverRig({ keepsHeard: false });
    driver.start(0);
    for (let knownMs = 0; knownMs < 20_000; knownMs += 50) {
      // What the estimator knows is 400 ms ahead of what is heard.
      await clock.advanceAsync(Math.max(0, 600 + knownMs - clock.nowMs()));
      driver.append(phonemes(knownMs % 1000 < 700 ? 'a,50' : 'sil,50', knownMs));
    }
    driver.finish();
    await clock.advanceAsync(3000);
    expect(driver.status).toBe('done');
    expect(driver.counts.lateParts).toBe(0);
    for (const [index, { list, actAtMs }] of handed.entries()) {
      const next = handed[index + 1];
      const endMs = actAtMs + sum(durations(list));
      // The hold of 200 ms covers what is between, or the mouth is closed there.
      if (next !== undefined && !/sil,\d+$/.test(list)) expect(next.actAtMs).toBeLessThan(endMs + 200);
    }
  });

  it('counts its own model begun and ended, a STOP that belongs to the part before included', () => {
    const { driver } = driverRig();
    driver.received('LIPSYNC_EVENT_STOP', ['0']);
    expect(driver.openParts).toBe(0);
    driver.received('LIPSYNC_EVENT_START', ['0']);
    driver.received('LIPSYNC_EVENT_START', ['other']);
    expect(driver.openParts).toBe(1);
    driver.received('LIPSYNC_EVENT_STOP', ['0']);
    driver.received('LIPSYNC_EVENT_START', ['0']);
    expect(driver.openParts).toBe(1);
    driver.received('LIPSYNC_EVENT_STOP', ['0']);
    expect(driver.openParts).toBe(0);
    expect(driver.counts).toMatchObject({ starts: 2, stops: 3 });
  });

  it('closes with what the table of the user has for a closed mouth', async () => {
    const table = new LipTable(
      ['あ'],
      [
        { name: 'wide', weights: [1] },
        { name: 'shut', weights: [0] },
      ],
    );
    const { clock, driver, handed } = driverRig({ names: new PhonemeNames(table) });
    driver.append(phonemes('a,300'));
    driver.finish();
    driver.start(0);
    await clock.advanceAsync(3000);
    expect(handed[0]?.list).toBe('shut,350,wide,300,shut,50');
  });

  it('refuses a model alias that cannot stand in a message', () => {
    expect(() => driverRig({ model: 'a|b' })).toThrow(ProtocolError);
    expect(() => driverRig({ model: 'a'.repeat(1800) })).toThrow(/model alias that leaves 500 bytes/);
  });
});

describe('LipsDriver > states', () => {
  const reach = {
    idle: async () => driverRig(),
    running: async () => {
      const rig = driverRig();
      rig.driver.append(speech(10));
      rig.driver.start(0);
      await rig.clock.advanceAsync(3000);
      return rig;
    },
    paused: async () => {
      const rig = await reach.running();
      void rig.driver.pause();
      await rig.clock.advanceAsync(10);
      return rig;
    },
    done: async () => {
      const rig = driverRig();
      rig.driver.append(speech(1));
      rig.driver.finish();
      rig.driver.start(0);
      await rig.clock.advanceAsync(5000);
      return rig;
    },
    stopping: async () => {
      const rig = await reach.running();
      void rig.driver.stop();
      await rig.clock.advanceAsync(10);
      return rig;
    },
    stopped: async () => {
      const rig = await reach.stopping();
      await rig.clock.advanceAsync(1000);
      return rig;
    },
  };
  const table = [
    ['idle', 'running', 'idle', 'stopped'],
    ['running', 'running', 'paused', 'stopping'],
    ['paused', 'running', 'paused', 'stopping'],
    ['done', 'running', 'done', 'stopped'],
    ['stopping', 'throws', 'stopping', 'stopping'],
    ['stopped', 'throws', 'stopped', 'stopped'],
  ] as const;

  it.each(table)('%s: start → %s, pause → %s, stop → %s', async (status, onStart, onPause, onStop) => {
    const started = await reach[status]();
    expect(started.driver.status).toBe(status);
    if (onStart === 'throws') expect(() => started.driver.start(0)).toThrow(InvalidStateError);
    else {
      started.driver.start(0);
      // All of a sound that is long heard is over at once.
      expect([onStart, 'done']).toContain(started.driver.status);
    }
    const paused = await reach[status]();
    void paused.driver.pause();
    expect(paused.driver.status).toBe(onPause);
    const stopped = await reach[status]();
    void stopped.driver.stop();
    await stopped.clock.advanceAsync(0);
    expect(stopped.driver.status).toBe(onStop);
    for (const rig of [started, paused, stopped]) {
      void rig.driver.stop();
      await rig.clock.advanceAsync(1000);
      expect(rig.driver.status).toBe('stopped');
      expect(rig.clock.pendingCount).toBe(0);
    }
  });

  it('takes no phonemes after finish', () => {
    const { driver } = driverRig();
    driver.finish();
    expect(() => driver.append([])).toThrow(InvalidStateError);
  });
});
