import { describe, expect, test } from 'vitest';
import { bytesOf, chunk, createRig, joined, type Rig, ramp } from './rig.js';

function speakingRig(): Rig {
  const rig = createRig();
  rig.send('__AV_START\n__AV_SETMODEL,0\n');
  rig.clock.advance(100);
  return rig;
}

/** Sends `samples` in chunks of `bytes`, one every `everyMs` on an absolute clock. */
function stream(rig: Rig, samples: Int16Array, bytes: number, everyMs: number): number {
  const startMs = rig.clock.nowMs();
  const pcm = bytesOf(samples);
  for (let at = 0; at < pcm.length; at += bytes) {
    rig.clock.advance(Math.max(0, startMs + (at / bytes) * everyMs - rig.clock.nowMs()));
    rig.link.write(chunk(pcm.slice(at, at + bytes)));
  }
  return startMs;
}

/** Silences between blocks, ms. */
function gapsMs(rig: Rig): number[] {
  const gaps: number[] = [];
  rig.played.forEach(({ atMs }, index) => {
    const before = rig.played[index - 1];
    if (before !== undefined && atMs - before.atMs > 16.001) gaps.push(Math.round(atMs - before.atMs - 16));
  });
  return gaps;
}

describe('streamed sound', () => {
  test('the first sample is heard 45 ms after the first byte', () => {
    const rig = speakingRig();
    const startMs = stream(rig, ramp(1600), 640, 20);
    rig.clock.advance(500);
    expect((rig.played[0]?.atMs ?? 0) - startMs).toBeCloseTo(45, 6);
  });

  test.each([320, 640, 960, 1024, 1280, 4096, 8184])('chunks of %i bytes play sample by sample', (bytes) => {
    const rig = speakingRig();
    const samples = ramp(256 * 100);
    stream(rig, samples, bytes, bytes / 32);
    rig.clock.advance(2000);
    expect(joined(rig.played)).toEqual(samples);
  });

  test('every split of the byte stream plays the same samples', () => {
    const samples = ramp(512);
    const bytes = new Uint8Array([
      ...chunk(bytesOf(samples.slice(0, 300))),
      ...chunk(bytesOf(samples.slice(300))),
    ]);
    const rig = speakingRig();
    for (let split = 1; split < bytes.length; split++) {
      rig.played.length = 0;
      rig.link.write(bytes.subarray(0, split));
      rig.link.write(bytes.subarray(split));
      rig.clock.advance(100);
      expect(joined(rig.played)).toEqual(samples);
    }
  });

  test('a byte at a time plays the same samples', () => {
    const rig = speakingRig();
    const samples = ramp(256);
    for (const byte of chunk(bytesOf(samples))) rig.link.write(Uint8Array.of(byte));
    rig.clock.advance(100);
    expect(joined(rig.played)).toEqual(samples);
  });

  test('640 bytes every 20 ms without lead has no gap, 960 every 30 ms settles after one', () => {
    const small = speakingRig();
    stream(small, ramp(16_000), 640, 20);
    small.clock.advance(500);
    expect(gapsMs(small)).toEqual([]);
    const large = speakingRig();
    stream(large, ramp(16_000), 960, 30);
    large.clock.advance(500);
    expect(gapsMs(large)).toEqual([16]);
  });

  test('an underrun inserts a multiple of 16 ms and loses nothing', () => {
    const rig = speakingRig();
    const samples = ramp(2560);
    stream(rig, samples.slice(0, 1280), 640, 20);
    rig.clock.advance(137);
    stream(rig, samples.slice(1280), 640, 20);
    rig.clock.advance(500);
    expect(joined(rig.played)).toEqual(samples);
    expect(gapsMs(rig)[0]).toBeGreaterThan(90);
    expect(gapsMs(rig).every((ms) => ms % 16 === 0)).toBe(true);
  });

  test('the last partial block waits and comes before the next utterance', () => {
    const rig = speakingRig();
    const samples = ramp(1024);
    stream(rig, samples.slice(0, 500), 1000, 0);
    rig.clock.advance(3000);
    expect(joined(rig.played)).toEqual(samples.slice(0, 256));
    stream(rig, samples.slice(500), 1048, 0);
    rig.clock.advance(500);
    expect(joined(rig.played)).toEqual(samples);
    expect(rig.violations.map(({ rule }) => rule)).toEqual(['partial-block']);
  });

  test('SNDBRKS throws the partial block away and nothing else, even with seconds buffered', () => {
    const rig = speakingRig();
    const samples = ramp(16_000 * 2 + 100);
    stream(rig, samples, 4096, 0);
    rig.send('SNDBRKS');
    rig.clock.advance(3000);
    expect(joined(rig.played)).toEqual(samples.slice(0, 125 * 256));
    expect(rig.violations.map(({ rule }) => rule)).toEqual(['partial-block']);
  });

  test('over 60 s ahead is cut', () => {
    const rig = speakingRig();
    const pcm = bytesOf(ramp(4096));
    for (let sent = 0; sent < 75 * 16_000; sent += 4096 - 4) rig.link.write(chunk(pcm.slice(0, 8184)));
    rig.clock.advance(80_000);
    expect(rig.peer.playedMs).toBe(60_000);
    expect(rig.violations.some(({ rule }) => rule === 'over-60-s')).toBe(true);
  });

  test('an odd chunk loses its last byte and turns the rest to noise', () => {
    const rig = speakingRig();
    const pcm = bytesOf(ramp(2048));
    rig.link.write(chunk(pcm.slice(0, 1281)));
    rig.link.write(chunk(pcm.slice(1281, 3329)));
    rig.clock.advance(500);
    const heard = joined(rig.played);
    expect(heard.slice(0, 640)).toEqual(ramp(640));
    expect(heard[641]).not.toBe(643);
    expect(rig.violations[0]?.rule).toBe('odd-chunk');
  });

  test('sound before a model is set is dropped, after none the buffered plays on', () => {
    const rig = createRig();
    rig.link.write(chunk(bytesOf(ramp(512))));
    rig.clock.advance(200);
    expect(rig.played).toEqual([]);
    rig.send('__AV_SETMODEL,0\n');
    rig.link.write(chunk(bytesOf(ramp(512))));
    rig.send('__AV_SETMODEL,none\n');
    rig.link.write(chunk(bytesOf(ramp(512, 900))));
    rig.clock.advance(200);
    expect(joined(rig.played)).toEqual(ramp(512));
  });

  test('sound in the first second after a dialled connect loses 105 ms', () => {
    const models = [{ alias: '0', loadMs: 100 }];
    const rig = createRig({ models }, {}, false);
    rig.clock.advance(300);
    rig.send('__AV_SETMODEL,0\n');
    rig.link.write(chunk(bytesOf(ramp(3840))));
    rig.clock.advance(1000);
    expect(joined(rig.played).at(0)).toBe(1681);
  });

  test('sound that stops when nothing stops it: no flush by SNDBRKS, AV_END or SPEAK_STOP', () => {
    const rig = speakingRig();
    stream(rig, ramp(256 * 100), 4096, 0);
    rig.clock.advance(300);
    rig.send('SNDBRKS');
    rig.send('__AV_END\nSPEAK_STOP|0\nSNDSTRM\n');
    rig.clock.advance(3000);
    expect(rig.peer.playedMs).toBe(1600);
  });

  test('a device gap, a late device and a skewed clock show in the times only', () => {
    const gap = speakingRig();
    stream(gap, ramp(256 * 20), 4096, 0);
    gap.clock.advance(100);
    gap.peer.inject({ deviceGapMs: 37 });
    gap.clock.advance(1000);
    expect(joined(gap.played)).toEqual(ramp(256 * 20));
    expect(gapsMs(gap)).toHaveLength(1);
    const late = speakingRig();
    late.peer.inject({ lateDeviceMs: 700 });
    const startMs = stream(late, ramp(2560), 4096, 0);
    late.clock.advance(2000);
    expect((late.played[0]?.atMs ?? 0) - startMs).toBeGreaterThan(700);
    const skewed = speakingRig();
    skewed.peer.inject({ skewPpm: 1000 });
    stream(skewed, ramp(256 * 101), 4096, 0);
    skewed.clock.advance(3000);
    const times = skewed.played.map(({ atMs }) => atMs);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeCloseTo(1600 / 1.001, 3);
  });

  test('no timer runs for sound when nothing is buffered', () => {
    const rig = speakingRig();
    const idle = rig.clock.pendingCount;
    stream(rig, ramp(2560), 640, 20);
    rig.clock.advance(5000);
    expect(rig.clock.pendingCount).toBe(idle);
    rig.peer.close();
    expect(rig.clock.pendingCount).toBe(0);
  });
});
