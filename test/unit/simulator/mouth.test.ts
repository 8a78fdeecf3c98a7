import { describe, expect, test } from 'vitest';
import { mouthOfPhoneme, mouthOpening, PHONEME_COUNT } from '../../../src/simulator/index.js';
import { LipMotion } from '../../../src/simulator/lip-motion.js';
import { CLOSED_MOUTH } from '../../../src/simulator/lip-table.js';
import { bytesOf, chunk, createRig, latin1, type Rig, tone } from './rig.js';

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Time after `fromMs` at which `a` crosses `level` upwards (or downwards), between frames. */
function crossing(rig: Rig, fromMs: number, level: number, isUp: boolean, afterMs = 0): number {
  const frames = rig.mouths.filter(({ atMs }) => atMs >= fromMs + afterMs);
  let before = { atMs: fromMs, a: isUp ? 0 : 1 };
  for (const { atMs, mouth } of frames) {
    if (isUp ? mouth.a >= level : mouth.a <= level) {
      return before.atMs + ((atMs - before.atMs) * (level - before.a)) / (mouth.a - before.a || 1) - fromMs;
    }
    before = { atMs, a: mouth.a };
  }
  return Number.NaN;
}

function runs(fps: number, message: string, measure: (rig: Rig, sentMs: number) => number): number[] {
  const found: number[] = [];
  const rig = createRig({ fps });
  for (let run = 0; run < 21; run++) {
    rig.clock.advance(3000 + run * 3.7);
    rig.mouths.length = 0;
    const sentMs = rig.clock.nowMs();
    rig.send(message);
    rig.clock.advance(3000);
    found.push(measure(rig, sentMs));
  }
  return found;
}

describe('lip table', () => {
  test('has 69 phonemes, case-sensitive, unknown is A', () => {
    expect(PHONEME_COUNT).toBe(69);
    expect(mouthOfPhoneme('a')).toEqual({ a: 0.5, i: 0, u: 0, o: 0 });
    expect(mouthOfPhoneme('kw')).toEqual(mouthOfPhoneme('A'));
    expect(mouthOfPhoneme('sil')).toEqual(CLOSED_MOUTH);
  });
});

describe('LIPSYNC_START quantisation', () => {
  test.each([
    ['10 x 100', `${'a,100,'.repeat(10)}`, 1200],
    ['1 x 2000', 'a,2000', 2200],
    ['30 x 1', 'a,1,'.repeat(30), 1200],
    ['50 x 10', 'a,10,'.repeat(50), 1867],
    ['unreadable and negative are one frame', 'a,x,a,-5', 267],
    ['an odd token is ignored', 'a,100,b', 300],
    ['an empty list is one frame', 'x', 33],
  ])('%s', (_, list, ms) => {
    expect(new LipMotion(list, CLOSED_MOUTH).durationMs).toBeCloseTo(ms, 0);
  });
  test('weights: full at the start, 0.8 two frames before the end, linear between', () => {
    const motion = new LipMotion('sil,500,a,500,sil,500', CLOSED_MOUTH);
    expect(motion.at(500).a).toBeCloseTo(0.5, 3);
    expect(motion.at(1000 - 66.7).a).toBeCloseTo(0.4, 2);
    expect(motion.at(1000).a).toBeCloseTo(0, 3);
  });
});

describe('LIPSYNC_START on the mouth', () => {
  const message = 'LIPSYNC_START|0|a,500,sil,100\n';
  test.each([
    [60, 36, 74],
    [15, 66, 125],
    [12, 83, 170],
  ])('at %i fps the mouth moves first after %i..%i ms', (fps, least, most) => {
    const first = runs(fps, message, (rig, sentMs) => {
      return (rig.mouths.find(({ mouth }) => mouthOpening(mouth) > 0.01)?.atMs ?? Number.NaN) - sentMs;
    });
    expect(median(first)).toBeGreaterThan(least - 1);
    expect(median(first)).toBeLessThan(most);
  });
  test('at 60 fps: half open 137..160, half closed 488..513, closed 506..560, STOP 811..849', () => {
    const opened = runs(60, message, (rig, sentMs) => crossing(rig, sentMs, 0.25, true));
    expect(median(opened)).toBeGreaterThan(130);
    expect(median(opened)).toBeLessThan(160);
    const closed = runs(60, message, (rig, sentMs) => crossing(rig, sentMs, 0.25, false, 300));
    expect(median(closed)).toBeGreaterThan(475);
    expect(median(closed)).toBeLessThan(513);
    const shut = runs(60, message, (rig, sentMs) => crossing(rig, sentMs, 0.02, false, 300));
    expect(median(shut)).toBeGreaterThan(506);
    expect(median(shut)).toBeLessThan(560);
    const stopped = runs(
      60,
      message,
      (rig, sentMs) => rig.delayOf('LIPSYNC_EVENT_STOP|0', sentMs) ?? Number.NaN,
    );
    expect(median(stopped)).toBeGreaterThan(811);
    expect(median(stopped)).toBeLessThan(849);
  });
  test.each([
    [60, -14, 12],
    [15, 33, 28],
    [12, 81, 40],
  ])('at %i fps phoneme borders show %i ms late', (fps, lateMs, tolerance) => {
    const list = `LIPSYNC_START|0|${'a,200,sil,200,'.repeat(5)}sil,100\n`;
    const late = [600, 1000, 1400].map((border) => {
      const found = runs(
        fps,
        list,
        (rig, sentMs) => crossing(rig, sentMs, 0.22, false, border - 150) - border,
      );
      return median(found);
    });
    for (const found of late) expect(Math.abs(found - lateMs)).toBeLessThan(tolerance);
  });
  test('a second one replaces: STOP, START in the same frame, counted', () => {
    const rig = createRig();
    rig.send(message);
    rig.clock.advance(200);
    rig.send('LIPSYNC_START|0|i,300\n');
    rig.clock.advance(2000);
    const events = rig.texts().filter((text) => text.startsWith('LIPSYNC_EVENT'));
    expect(events.map((text) => text.slice(14))).toEqual(['START|0', 'STOP|0', 'START|0', 'STOP|0']);
  });
  test('no event without a list, for an unknown model', () => {
    const rig = createRig();
    rig.send('LIPSYNC_START|0\nLIPSYNC_START|0|\nLIPSYNC_START|z|a,100\n');
    rig.clock.advance(500);
    expect(rig.texts().some((text) => text.startsWith('LIPSYNC_EVENT'))).toBe(false);
  });
  test('LIPSYNC_STOP leaves the mouth open for ever, sil,50 closes it within 250 ms', () => {
    const rig = createRig();
    rig.send('LIPSYNC_START|0|a,2000\n');
    rig.clock.advance(700);
    rig.send('LIPSYNC_STOP|0\n');
    rig.clock.advance(10_000);
    expect(rig.mouths.at(-1)?.mouth.a).toBeGreaterThan(0.4);
    rig.mouths.length = 0;
    const sentMs = rig.clock.nowMs();
    rig.send('LIPSYNC_START|0|sil,50\n');
    rig.clock.advance(1000);
    const at = (ms: number): number =>
      rig.mouths.findLast(({ atMs }) => atMs <= sentMs + ms)?.mouth.a ?? Number.NaN;
    expect(at(100)).toBeGreaterThan(0.2);
    expect(at(250)).toBeLessThan(0.02);
    expect(rig.delayOf('LIPSYNC_EVENT_STOP|0', sentMs)).toBeLessThan(330);
  });
});

describe('automatic lip sync', () => {
  interface Speech {
    readonly start?: boolean;
    readonly verbs?: string;
    readonly brks?: boolean;
    readonly tailMs?: number;
    readonly before?: string;
  }
  const speak = (options: Speech): { rig: Rig; startMs: number } => {
    const rig = createRig();
    if (options.start ?? true) rig.send('__AV_START\n');
    rig.send(`__AV_SETMODEL,0\n${options.before ?? ''}`);
    rig.send(options.verbs ?? 'SNDFILE');
    rig.clock.advance(200);
    rig.mouths.length = 0;
    const pcm = bytesOf(tone(960));
    const tail = new Uint8Array((options.tailMs ?? 0) * 32);
    const all = new Uint8Array([...pcm, ...tail]);
    const startMs = rig.clock.nowMs();
    for (let at = 0; at < all.length; at += 640) {
      rig.link.write(chunk(all.slice(at, at + 640)));
      if (at >= 640 * 10) rig.clock.advance(20);
    }
    if (options.brks === true) rig.link.write(latin1('SNDBRKS'));
    rig.clock.advance(4000);
    return { rig, startMs };
  };

  test('moves 31..36 ms after the first audible sample and at most to 0.9', () => {
    const { rig } = speak({});
    const heardMs = rig.played[0]?.atMs ?? 0;
    const first = rig.mouths.find(({ mouth }) => mouthOpening(mouth) > 0.1)?.atMs ?? Number.NaN;
    expect(first - heardMs).toBeGreaterThan(20);
    expect(first - heardMs).toBeLessThan(50);
    expect(Math.max(...rig.mouths.map(({ mouth }) => mouthOpening(mouth)))).toBeLessThanOrEqual(0.9001);
  });
  test('not without __AV_START, not with DISABLEAUTOLIP,ALWAYS', () => {
    expect(speak({ start: false }).rig.mouths).toEqual([]);
    expect(speak({ before: '__AVCONF_DISABLEAUTOLIP,ALWAYS\n' }).rig.mouths).toEqual([]);
    expect(
      speak({ before: '__AVCONF_DISABLEAUTOLIP,ALWAYS\n__AVCONF_DISABLEAUTOLIP,NO\n' }).rig.mouths,
    ).not.toEqual([]);
  });
  test('stays open without silence at the end; 200 ms of zeros or SNDFILE with SNDBRKS closes it', () => {
    const left = (options: Speech): number =>
      mouthOpening(speak(options).rig.mouths.at(-1)?.mouth ?? CLOSED_MOUTH);
    expect(left({})).toBeGreaterThan(0.1);
    expect(left({})).toBeLessThan(0.24);
    expect(left({ verbs: 'SNDSTRM', brks: true })).toBeGreaterThan(0.1);
    expect(left({ brks: true })).toBe(0);
    expect(left({ tailMs: 224 })).toBe(0);
    expect(left({ verbs: 'SNDSTRM', tailMs: 224 })).toBe(0);
  });
  test('wins over LIPSYNC_START, whose events come as usual', () => {
    const rig = createRig();
    rig.send('__AV_START\n__AV_SETMODEL,0\n');
    rig.clock.advance(100);
    rig.link.write(chunk(bytesOf(tone(240, 800))));
    rig.send('LIPSYNC_START|0|i,1000\n');
    rig.clock.advance(250);
    const { mouth } = rig.mouths.at(-1) ?? { mouth: CLOSED_MOUTH };
    expect(mouth.a).toBeGreaterThan(0.5);
    expect(mouth.i).toBe(0);
    expect(rig.texts()).toContain('LIPSYNC_EVENT_START|0');
  });
  test('frames and timers stop when the mouth rests', () => {
    const rig = createRig();
    const idle = rig.clock.pendingCount;
    rig.send('LIPSYNC_START|0|a,100\n');
    rig.clock.advance(2000);
    expect(rig.clock.pendingCount).toBe(idle);
  });
});

describe('live weights', () => {
  const steps = (fps: number, prepare: string, message: string, levels: readonly number[]): number[] => {
    const found = levels.map(() => [] as number[]);
    for (let run = 0; run < 15; run++) {
      const rig = createRig({ fps });
      rig.send(prepare);
      rig.clock.advance(500 + run * 4.1);
      rig.mouths.length = 0;
      const sentMs = rig.clock.nowMs();
      rig.send(message);
      rig.clock.advance(500);
      levels.forEach((level, at) => {
        found[at]?.push((rig.mouths.find(({ mouth }) => mouth.a >= level)?.atMs ?? Number.NaN) - sentMs);
      });
    }
    return found.map(median);
  };
  test.each([
    [60, [4, 54, 172]],
    [15, [39, 39, 172]],
  ])('EXMORPH at %i fps: first, 50 %% and 90 %% near %j', (fps, wanted) => {
    const found = steps(fps, '__AV_START\n__AV_SETMODEL,0\n', '__AV_EXMORPH,A=1\n', [0.01, 0.5, 0.9]);
    found.forEach((ms, at) => {
      expect(Math.abs(ms - (wanted[at] ?? 0))).toBeLessThan(15);
    });
  });
  test.each([
    [60, 29],
    [15, 97],
  ])('KEYVALUE at %i fps jumps after about %i ms', (fps, wanted) => {
    const [ms = Number.NaN] = steps(fps, 'MODEL_BINDFACE|k|0|1|0|あ|0|1\n', 'KEYVALUE_SET|k|1\n', [0.99]);
    expect(Math.abs(ms - wanted)).toBeLessThan(12);
  });
  test('MODEL_BINDFACE by value, at once and over 0.1 s; unbinding leaves it', () => {
    const rig = createRig();
    rig.send('MODEL_BINDFACE|0|あ|0.6\n');
    rig.clock.advance(200);
    expect(rig.mouths.at(-1)?.mouth.a).toBe(0.6);
    expect(rig.texts()).toContain('MODEL_EVENT_BINDFACE|0|あ');
    rig.send('MODEL_BINDFACE|0|あ|0|0.1\n');
    rig.clock.advance(70);
    expect(rig.mouths.at(-1)?.mouth.a).toBeGreaterThan(0.1);
    rig.clock.advance(200);
    expect(rig.mouths.at(-1)?.mouth.a).toBe(0);
  });
  test('a bound key loses against the automatic lip sync and is back after it', () => {
    const rig = createRig();
    rig.send('__AV_START\n__AV_SETMODEL,0\nMODEL_BINDFACE|k|0|1|0|い|0|1\nKEYVALUE_SET|k|0.7\n');
    rig.clock.advance(200);
    rig.link.write(chunk(bytesOf(tone(240))));
    rig.clock.advance(200);
    expect(rig.mouths.at(-1)?.mouth.i).toBeLessThan(0.2);
    rig.clock.advance(2000);
    expect(rig.mouths.at(-1)?.mouth.i).toBe(0.7);
  });
  test('EXMORPH holds 1.0..1.2 s and needs __AV_START', () => {
    const rig = createRig();
    rig.send('__AV_SETMODEL,0\n__AV_EXMORPH,A=1\n');
    rig.clock.advance(500);
    expect(rig.mouths).toEqual([]);
    rig.send('__AV_START\n__AV_EXMORPH,A=1,bad=1\n');
    rig.clock.advance(1000);
    expect(rig.mouths.at(-1)?.mouth.a).toBeGreaterThan(0.95);
    rig.clock.advance(1000);
    expect(rig.mouths.at(-1)?.mouth.a).toBe(0);
    expect(rig.texts().some((text) => text.includes('EXMORPH'))).toBe(false);
  });
});
