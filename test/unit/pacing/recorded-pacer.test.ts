import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PaceScheduler, PlayoutClock, RecordedPacer, SoundOutlet } from '../../../src/pacing/index.js';
import type { SoundMode } from '../../../src/protocol/index.js';
import { FakeClock, seededRandom } from '../../../src/runtime/index.js';
import { PeerBuffer, RecordingPort } from '../../support/peer-buffer.js';

const LATENCY_MS = 45;

function setUp(options: { leadMs?: number; mode?: SoundMode; queueBytes?: number } = {}) {
  const clock = new FakeClock();
  const scheduler = new PaceScheduler(clock);
  const playout = new PlayoutClock(LATENCY_MS);
  const port = new RecordingPort(() => clock.nowMs());
  const lateMs: (number | undefined)[] = [];
  const underruns: number[] = [];
  const onSent = vi.fn();
  const open = () => {
    const outlet = new SoundOutlet(port, playout, {
      unitSent: (_payload, _nowMs, late) => lateMs.push(late),
      underrunExpected: (gapMs) => underruns.push(gapMs),
      soundDropped: () => expect.unreachable('recorded sound is never dropped'),
    });
    const pacer: RecordedPacer = new RecordedPacer({
      outlet,
      playout,
      mode: options.mode ?? 'file',
      leadMs: options.leadMs ?? 100,
      queueBytes: options.queueBytes ?? 64_000,
      wake: () => scheduler.wake(pacer),
      onSent: () => onSent(clock.nowMs()),
    });
    return { pacer, outlet };
  };
  return { clock, scheduler, playout, port, lateMs, underruns, onSent, open, ...open() };
}

function pcm(byteLength: number, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: byteLength }, () => 1 + Math.floor(random() * 255));
}

/** Pushes as much as fits whenever there is room, as a client with credit does. */
function feed(pacer: RecordedPacer, source: Uint8Array): () => void {
  let at = 0;
  return () => {
    while (at < source.length && pacer.roomBytes > 1) {
      const piece = source.subarray(at, at + 2 * Math.floor(pacer.roomBytes / 2));
      pacer.push(piece);
      at += piece.length;
    }
    if (at >= source.length) pacer.end();
  };
}

describe('RecordedPacer', () => {
  it('sends the mode, the lead in one short burst, then 640 bytes each 20 ms, the segment end last', () => {
    const { pacer, port, clock, onSent } = setUp();
    pacer.push(pcm(32_000));
    pacer.end();
    pacer.start(0);
    clock.advance(5);
    const burst = port.sounds.filter(({ atMs }) => atMs < 5);
    expect(burst.map(({ bytes }) => bytes.length - 7)).toEqual([1280, 1280, 1280]);
    clock.advance(5000);
    expect(port.verbs).toEqual(['SNDFILE', 'SNDBRKS']);
    expect(Buffer.from(port.frames[0]?.bytes ?? []).toString()).toBe('SNDFILE');
    const paced = port.sounds.slice(3);
    for (const [index, { atMs, bytes }] of paced.slice(0, -1).entries()) {
      expect(atMs).toBe(20 + 20 * index);
      expect(bytes.length).toBe(647);
    }
    expect(onSent).toHaveBeenCalledTimes(1);
    expect(clock.pendingCount).toBe(0);
  });

  it('never holds the peer more than the lead and a frame ahead', () => {
    const { pacer, playout, clock, port } = setUp({ leadMs: 100 });
    pacer.push(pcm(64_000));
    pacer.start(0);
    for (let turn = 0; turn < 1900; turn++) {
      clock.advance(1);
      expect(playout.bufferedMs(clock.nowMs())).toBeLessThanOrEqual(120);
      expect(playout.bufferedMs(clock.nowMs())).toBeGreaterThanOrEqual(turn < 1800 ? 99 : 0);
    }
    expect(port.sounds.length).toBeGreaterThan(90);
  });

  it.each(['file', 'stream'] as const)(
    'pads with zeros in %s mode so that no sample stays in the peer and the mouth closes',
    (mode) => {
      for (const byteLength of [2, 510, 512, 514, 640, 1280, 5000, 16_384]) {
        const { pacer, port, clock } = setUp({ mode });
        const sound = pcm(byteLength);
        pacer.push(sound);
        pacer.end();
        pacer.start(0);
        clock.advance(3000);
        const sent = port.payload;
        expect(sent.subarray(0, byteLength).equals(sound)).toBe(true);
        const tail = sent.subarray(byteLength);
        expect(tail.every((byte) => byte === 0)).toBe(true);
        expect(sent.length % 512).toBe(0);
        expect(tail.length).toBeGreaterThanOrEqual(mode === 'file' ? 512 : 200 * 32);
        expect(port.verbs).toEqual(mode === 'file' ? ['SNDFILE', 'SNDBRKS'] : ['SNDSTRM']);
      }
    },
  );

  it('sends nothing at all for an utterance without sound', () => {
    const { pacer, port, clock, onSent } = setUp();
    pacer.start(0);
    clock.advance(100);
    pacer.end();
    clock.advance(100);
    expect(port.frames).toEqual([]);
    expect(onSent).toHaveBeenCalledTimes(1);
  });

  it('drifts less than a frame in ten minutes, on timers that are always late', () => {
    const { pacer, port, clock, playout, underruns } = setUp();
    const random = seededRandom(3);
    const more = feed(pacer, new Uint8Array(600_000 * 32).fill(1));
    more();
    pacer.start(0);
    while (clock.nowMs() < 599_000) {
      clock.stall(random() * 1.9);
      clock.advance(random() * 8);
      more();
    }
    const sentMs = port.payload.length / 32;
    expect(Math.abs(sentMs - (clock.nowMs() + 100))).toBeLessThanOrEqual(40);
    expect(playout.bufferedMs(clock.nowMs())).toBeGreaterThan(60);
    expect(underruns).toEqual([]);
  });

  it('after a stall of 500 ms sends one short burst, then keeps 20 ms between frames', () => {
    const { pacer, port, clock, underruns, lateMs } = setUp();
    pacer.push(pcm(64_000));
    pacer.start(0);
    clock.advance(300);
    const before = port.sounds.length;
    clock.stall(500);
    clock.advance(0);
    const burst = port.sounds.length - before;
    expect(burst).toBeGreaterThan(0);
    expect(burst).toBeLessThanOrEqual(5);
    clock.advance(600);
    expectSpacing(port, before + burst);
    expect(underruns).toHaveLength(1);
    expect(Math.max(...lateMs.map((late) => late ?? 0))).toBeGreaterThan(400);
  });

  it('after a short stall catches up by frames of two units, never closer than 20 ms', () => {
    for (const stallMs of [3, 10, 15, 19, 25, 50, 90]) {
      const { pacer, port, clock, playout, underruns } = setUp();
      pacer.push(pcm(64_000));
      pacer.start(0);
      clock.advance(305);
      const before = port.sounds.length;
      clock.stall(stallMs + 15);
      clock.advance(500);
      expectSpacing(port, before);
      expect(underruns).toEqual([]);
      expect(playout.bufferedMs(clock.nowMs())).toBeGreaterThanOrEqual(99);
    }
  });

  it('writes nothing while the socket is blocked, and goes on where it was', () => {
    const { pacer, port, clock, underruns } = setUp();
    const sound = pcm(48_000);
    pacer.push(sound);
    pacer.end();
    pacer.start(0);
    clock.advance(200);
    port.isClear = false;
    const before = port.frames.length;
    clock.advance(700);
    pacer.poke();
    clock.advance(100);
    expect(port.frames.length).toBe(before);
    port.isClear = true;
    pacer.poke();
    clock.advance(3000);
    expect(port.payload.subarray(0, sound.length).equals(sound)).toBe(true);
    expect(underruns).toHaveLength(1);
    expect(port.verbs).toEqual(['SNDFILE', 'SNDBRKS']);
  });

  it('does not blame the pacing when source or socket kept a unit waiting', () => {
    const { pacer, port, clock, lateMs } = setUp();
    pacer.push(pcm(640 * 10));
    pacer.start(0);
    clock.advance(250);
    pacer.push(pcm(640 * 10));
    clock.advance(100);
    port.isClear = false;
    clock.advance(50);
    port.isClear = true;
    pacer.poke();
    clock.advance(1000);
    expect(lateMs.every((late) => late === undefined || late === 0)).toBe(true);
  });

  it('sends every byte once and in order under any pushes, stalls and blocked sockets', () => {
    const step = fc.record({
      pushBytes: fc.integer({ min: 0, max: 3000 }).map((samples) => 2 * samples),
      passMs: fc.integer({ min: 0, max: 120 }),
      stallMs: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.integer({ min: 1, max: 600 })),
      block: fc.option(fc.integer({ min: 1, max: 6 })),
      clear: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom<SoundMode>('file', 'stream'),
        (steps, mode) => {
          const { pacer, port, clock, onSent } = setUp({ mode, queueBytes: 20_000 });
          const pushed: Uint8Array[] = [];
          pacer.start(0);
          for (const [index, { pushBytes, passMs, stallMs, block, clear }] of steps.entries()) {
            const piece = pcm(pushBytes, index + 1);
            if (pacer.push(piece)) pushed.push(piece);
            if (block !== null) port.blockAfter = block;
            clock.stall(stallMs);
            clock.advance(passMs);
            if (clear && !port.isClear) {
              port.isClear = true;
              port.blockAfter = Number.POSITIVE_INFINITY;
              pacer.poke();
            }
          }
          port.isClear = true;
          port.blockAfter = Number.POSITIVE_INFINITY;
          pacer.end();
          pacer.poke();
          clock.advance(20_000);
          const sound = Buffer.concat(pushed);
          const sent = port.payload;
          expect(sent.subarray(0, sound.length).equals(sound)).toBe(true);
          expect(sent.subarray(sound.length).every((byte) => byte === 0)).toBe(true);
          expect(sent.length % 512).toBe(0);
          for (const { bytes } of port.sounds) {
            expect(bytes.length % 2).toBe(1);
            expect(bytes.length).toBeLessThanOrEqual(1287);
          }
          expect(onSent).toHaveBeenCalledTimes(1);
          expect(clock.pendingCount).toBe(0);
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  });

  it('keeps frames apart under any stalls: bursts of at most five, at most one per time the peer ran dry', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 25 }), (stalls) => {
        const { pacer, port, clock, underruns } = setUp();
        const more = feed(pacer, new Uint8Array(400_000).fill(1));
        more();
        pacer.start(0);
        for (const stallMs of stalls) {
          clock.stall(stallMs);
          clock.advance(170);
          more();
        }
        const gaps = port.sounds.slice(1).map(({ atMs }, index) => atMs - (port.sounds[index]?.atMs ?? 0));
        const close = gaps.filter((gapMs) => gapMs < 18);
        expect(close.length).toBeLessThanOrEqual(4 * (1 + underruns.length));
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('lets the next utterance follow without a gap', () => {
    const { pacer, open, port, clock, onSent, underruns } = setUp();
    const peer = new PeerBuffer(0, LATENCY_MS);
    pacer.push(pcm(20_000));
    pacer.end();
    const next = open();
    next.pacer.push(pcm(20_000, 2));
    next.pacer.end();
    onSent.mockImplementationOnce(() => next.pacer.start(clock.nowMs()));
    pacer.start(0);
    clock.advance(3000);
    const gaps = port.sounds.map(({ atMs, bytes }) => peer.receive(bytes.length - 7, atMs).gapMs);
    expect(gaps.slice(1).every((gapMs) => gapMs === 0)).toBe(true);
    expect(port.verbs).toEqual(['SNDFILE', 'SNDBRKS', 'SNDFILE', 'SNDBRKS']);
    expect(underruns).toEqual([]);
  });

  it('sends nothing after stop', () => {
    const { pacer, port, clock } = setUp();
    pacer.push(pcm(32_000));
    pacer.start(0);
    clock.advance(100);
    pacer.stop();
    const before = port.frames.length;
    pacer.end();
    pacer.poke();
    clock.advance(1000);
    expect(port.frames.length).toBe(before);
    expect(clock.pendingCount).toBe(0);
  });
});

function expectSpacing(port: RecordingPort, from: number): void {
  const times = port.sounds.slice(from).map(({ atMs }) => atMs);
  for (let index = 1; index < times.length; index++) {
    expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(18);
  }
}
