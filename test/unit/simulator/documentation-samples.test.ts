import { describe, expect, test } from 'vitest';
import { bytesOf, chunk, createRig, type Rig, ramp } from './rig.js';

/**
 * The documentation's Python samples, their sending transcribed: setup lines, then for ever a blocking read of 480 samples from
 * the microphone and one chunk of 960 bytes (the WebSocket one also sleeps 10 ms). Never zeros, SNDSTRM, SNDBRKS or a wait.
 *
 * @param readMs - how long a read keeps the event loop: 0 for a microphone whose block is due, 30 for a file or a decoder.
 */
function runSample(rig: Rig, samples: Int16Array, sleepMs: number, readMs: number): void {
  rig.send('__AV_START\n');
  rig.send('__AV_SETMODEL,0\n');
  const pcm = bytesOf(samples);
  const startMs = rig.clock.nowMs();
  for (let block = 0; (block + 1) * 960 <= pcm.length; block++) {
    const dueMs = startMs + (block + 1) * 30;
    rig.clock.advance(Math.max(readMs, dueMs - rig.clock.nowMs(), 0));
    rig.link.write(chunk(pcm.slice(block * 960, (block + 1) * 960)));
    rig.clock.advance(sleepMs);
  }
}

function gapsMs(rig: Rig): number[] {
  return rig.played
    .slice(1)
    .map(({ atMs }, index) => Math.round(atMs - (rig.played[index]?.atMs ?? 0) - 16))
    .filter((ms) => ms > 0);
}

/** Ms between the microphone having the first played sample and its being heard, at the end of the run. */
function finalLatencyMs(rig: Rig, startMs: number): number {
  const last = rig.played.at(-1);
  const sample = last?.pcm[0] ?? 0;
  return (last?.atMs ?? Number.NaN) - startMs - (sample - 1) / 16;
}

describe('the WebSocket sample', () => {
  test('streams at connect, so the first 0.7 to 1 s are lost while the model loads', () => {
    const rig = createRig({}, {}, false);
    runSample(rig, ramp(31_680), 10, 0);
    rig.clock.advance(500);
    const lostMs = ((rig.played[0]?.pcm[0] ?? 0) - 1) / 16;
    expect(lostMs).toBeGreaterThan(700);
    expect(lostMs).toBeLessThan(1000);
    expect(rig.violations.map(({ rule }) => rule)).toEqual(['sound-without-model']);
    expect(finalLatencyMs(rig, 0)).toBeLessThan(125);
  });
  test('a device that wakes late makes a delay that stays for the whole session', () => {
    const rig = createRig();
    rig.peer.inject({ lateDeviceMs: 800 });
    const startMs = rig.clock.nowMs();
    runSample(rig, ramp(31_680), 10, 0);
    rig.clock.advance(2000);
    expect(finalLatencyMs(rig, startMs)).toBeGreaterThan(650);
  });
  test('a read that really takes 30 ms starves the peer: 0.75 of real time, gap after gap', () => {
    const rig = createRig();
    runSample(rig, ramp(31_680), 10, 30);
    rig.clock.advance(500);
    const tookMs = (rig.played.at(-1)?.atMs ?? 0) - (rig.played[0]?.atMs ?? 0);
    expect(1980 / tookMs).toBeGreaterThan(0.7);
    expect(1980 / tookMs).toBeLessThan(0.8);
    expect(gapsMs(rig).length).toBeGreaterThan(20);
  });
});

describe('the TCP sample', () => {
  test('after the model is loaded loses nothing and settles with at most two gaps of 16 ms', () => {
    const rig = createRig({}, { kind: 'tcp-server' });
    const startMs = rig.clock.nowMs();
    runSample(rig, ramp(31_680), 0, 0);
    rig.clock.advance(500);
    expect(rig.played[0]?.pcm[0]).toBe(1);
    expect(gapsMs(rig).length).toBeLessThanOrEqual(2);
    expect(gapsMs(rig).every((ms) => ms === 16)).toBe(true);
    expect(finalLatencyMs(rig, startMs)).toBeGreaterThan(75);
    expect(finalLatencyMs(rig, startMs)).toBeLessThan(125);
  });
  test('leaves the last partial block unplayed', () => {
    const rig = createRig({}, { kind: 'tcp-server' });
    runSample(rig, ramp(480 * 7), 0, 0);
    rig.clock.advance(5000);
    expect(rig.peer.playedMs).toBe(13 * 16);
  });
});

describe('closing right after sending', () => {
  test('with sound left the remote thread deadlocks and the sound ends within 33 ms', () => {
    const rig = createRig({}, { kind: 'tcp-server' });
    rig.send('__AV_START\n__AV_SETMODEL,0\n');
    const pcm = bytesOf(ramp(16_000));
    for (let at = 0; at < pcm.length; at += 960) rig.link.write(chunk(pcm.slice(at, at + 960)));
    rig.clock.advance(100);
    rig.link.close();
    const closedMs = rig.clock.nowMs();
    rig.clock.advance(5000);
    expect(rig.wedges).toHaveLength(1);
    expect((rig.played.at(-1)?.atMs ?? 0) - closedMs).toBeLessThan(33);
  });
  test('with all played the process dies by signal 9', () => {
    const rig = createRig({}, { kind: 'tcp-server' });
    runSample(rig, ramp(4800), 0, 0);
    rig.clock.advance(1000);
    rig.link.close();
    expect(rig.deaths.map(({ signal }) => signal)).toEqual([9]);
  });
});
