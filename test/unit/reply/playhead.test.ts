import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientPosition } from '../../../src/reply/client-player.js';
import { MAX_LAG_MS, Playhead } from '../../../src/reply/playhead.js';
import { FakeClock } from '../../../src/runtime/index.js';

const LATENCY_MS = 60;

describe('Playhead', () => {
  let clock: FakeClock;
  let told: ClientPosition | undefined;
  let playhead: Playhead;
  const open = (fromMs = 0) => new Playhead({ clock, latencyMs: LATENCY_MS, fromMs, told: () => told });

  beforeEach(() => {
    clock = new FakeClock(1000);
    told = undefined;
    playhead = open();
  });

  it('knows nothing before the first sound, and is before its beginning until that is heard', () => {
    expect(playhead.positionMs).toBeUndefined();
    expect(playhead.aheadMs).toBe(0);
    playhead.give(500);
    expect(playhead.positionMs).toBe(-60);
    expect(playhead.aheadMs).toBe(560);
    clock.advance(100);
    expect(playhead.positionMs).toBe(40);
  });

  it('stands still where the sound runs out, and goes on a latency after there is more', () => {
    playhead.give(100);
    clock.advance(1000);
    expect(playhead.positionMs).toBe(100);
    playhead.give(200);
    expect(playhead.positionMs).toBe(100);
    clock.advance(59);
    expect(playhead.positionMs).toBe(100);
    clock.advance(51);
    expect(playhead.positionMs).toBe(150);
  });

  it('neither jumps nor goes back where more sound comes just too late', () => {
    playhead.give(100);
    const seen: number[] = [];
    for (let ms = 0; ms < 400; ms += 10) {
      if (ms === 130) playhead.give(200);
      seen.push(playhead.positionMs ?? Number.NaN);
      clock.advance(10);
    }
    for (const [n, ms] of seen.entries()) {
      expect(ms).toBeGreaterThanOrEqual(seen[n - 1] ?? -60);
      expect(ms - (seen[n - 1] ?? ms)).toBeLessThanOrEqual(10);
    }
    // 30 ms of a gap.
    expect(seen.at(-1)).toBe(300);
    expect(seen.indexOf(300)).toBe(39);
  });

  it('follows what the client tells, forwards and back, and goes on from there in real time', () => {
    playhead.give(5000);
    clock.advance(1000);
    told = { heardMs: 700, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(700);
    clock.advance(500);
    expect(playhead.positionMs).toBe(1200);
    told = { heardMs: 1400, atMs: clock.nowMs() - 100 };
    expect(playhead.positionMs).toBe(1500);
    told = { heardMs: 1100, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(1100);
    // Silent from now on.
    told = undefined;
    clock.advance(1000);
    expect(playhead.positionMs).toBe(2100);
    clock.advance(10_000);
    expect(playhead.positionMs).toBe(5000);
  });

  it('takes what the client counts from the beginning of the reply', () => {
    playhead = open(2000);
    playhead.give(1000);
    clock.advance(300);
    told = { heardMs: 2150, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(150);
    // Counted from this take's beginning.
    clock.advance(10);
    told = { heardMs: 160, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(160);
  });

  it.each<[string, (nowMs: number) => ClientPosition]>([
    ['no number', (atMs) => ({ heardMs: Number.NaN, atMs })],
    ['endless', (atMs) => ({ heardMs: Number.POSITIVE_INFINITY, atMs })],
    ['negative', (atMs) => ({ heardMs: -5, atMs })],
    ['beyond what was given', (atMs) => ({ heardMs: 3101, atMs })],
    ['faster than sound goes', (atMs) => ({ heardMs: 1800, atMs })],
    ['of the future', (atMs) => ({ heardMs: 500, atMs: atMs + 1 })],
    ['from before the first sound', () => ({ heardMs: 0, atMs: 999 })],
    ['at no time', () => ({ heardMs: 500, atMs: Number.NaN })],
  ])('goes by the clock where what the client tells is %s', (_title, lie) => {
    playhead.give(3000);
    clock.advance(1000);
    told = lie(clock.nowMs());
    expect(playhead.positionMs).toBe(940);
  });

  it('believes what is newer only', () => {
    playhead.give(3000);
    clock.advance(1000);
    told = { heardMs: 900, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(900);
    told = { heardMs: 100, atMs: clock.nowMs() - 10 };
    expect(playhead.positionMs).toBe(900);
  });

  it('takes the last block of a client as the end of the sound', () => {
    playhead.give(1000);
    clock.advance(1100);
    told = { heardMs: 1080, atMs: clock.nowMs() };
    expect(playhead.positionMs).toBe(1000);
  });

  it('leaves a client behind that stands still', () => {
    playhead.give(8000);
    clock.advance(500);
    for (let ms = 500; ms <= 15_000; ms += 100) {
      told = { heardMs: 200, atMs: clock.nowMs() };
      const lateMs = ms - LATENCY_MS - MAX_LAG_MS;
      expect(playhead.positionMs).toBe(Math.min(8000, Math.max(200, lateMs)));
      clock.advance(100);
    }
    expect(playhead.positionMs).toBe(8000);
  });

  it('is never beyond what was given, and never anything but a number, whatever is told', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 700 }),
      give: fc.option(fc.integer({ min: 1, max: 900 })),
      told: fc.option(
        fc.record({
          heardMs: fc.oneof(fc.double(), fc.integer({ min: -200, max: 9000 })),
          lateMs: fc.oneof(fc.double(), fc.integer({ min: -50, max: 500 })),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        clock = new FakeClock(1000);
        told = undefined;
        playhead = open();
        let givenMs = 0;
        for (const { ms, give, told: says } of steps) {
          clock.advance(ms);
          told = says === null ? undefined : { heardMs: says.heardMs, atMs: clock.nowMs() - says.lateMs };
          if (give !== null) {
            playhead.give(give);
            givenMs += give;
          }
          const { positionMs } = playhead;
          expect(positionMs === undefined).toBe(givenMs === 0);
          if (positionMs === undefined) continue;
          expect(positionMs).toBeGreaterThanOrEqual(-LATENCY_MS);
          expect(positionMs).toBeLessThanOrEqual(givenMs);
        }
        // It ends, whatever the client says.
        clock.advance(givenMs + LATENCY_MS + MAX_LAG_MS);
        told = { heardMs: 0, atMs: clock.nowMs() };
        if (givenMs > 0) expect(playhead.positionMs).toBe(givenMs);
      }),
      { numRuns: 300 },
    );
  });
});
