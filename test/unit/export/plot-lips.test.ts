import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LipsPlot,
  plotLips,
  plotWidth,
  shownMouth,
  svgToPng,
  WaveformGatherer,
} from '../../../src/export/index.js';
import { DEFAULT_LIP_TABLE, PhonemeNames, type TimedPhoneme } from '../../../src/lipsync/index.js';
import { LipMotion } from '../../../src/simulator/lip-motion.js';
import { silence, speechLike } from '../../support/speech/hearing-sound.js';

const names = () => new PhonemeNames(DEFAULT_LIP_TABLE);

function timeline(...steps: readonly (readonly [string, number])[]): TimedPhoneme[] {
  let atMs = 0;
  return steps.map(([phoneme, ms]) => {
    const startMs = atMs;
    atMs += ms;
    return { phoneme, startMs, endMs: atMs };
  });
}

function plotOf(phonemes: readonly TimedPhoneme[], sound = speechLike(1), title = 'a.wav'): LipsPlot {
  const waveform = new WaveformGatherer();
  waveform.push(sound);
  return { title, waveform: waveform.end(), phonemes, mouth: shownMouth(phonemes, names()) };
}

describe('shownMouth', () => {
  it('is the curve of the stand-in for MMDAgent-EX, which was written from the facts alone', () => {
    const steps = [
      ['sil', 400],
      ['k', 70],
      ['o', 110],
      ['N', 90],
      ['n', 60],
      ['i', 100],
      ['ch', 80],
      ['i', 95],
      ['w', 70],
      ['a', 180],
    ] as const;
    const { moments } = shownMouth(timeline(...steps), names());
    const motion = new LipMotion(`${steps.map(([name, ms]) => `${name},${ms}`).join(',')},sil,50`, {
      a: 0,
      i: 0,
      u: 0,
      o: 0,
    });
    const peaks = (values: readonly number[]): number => Math.max(...values);
    expect(moments.length).toBeGreaterThan(30);
    const theirs = moments.map(({ atMs }) => motion.at(atMs));
    expect(peaks(moments.map(({ weights }) => weights[0] ?? 0))).toBeCloseTo(
      peaks(theirs.map(({ a }) => a)),
      1,
    );
    // Rounding to whole frames may move a border by one of them.
    const differences = moments.map(({ atMs, weights }) => {
      const near = [-34, -17, 0, 17, 34].map((shift) => motion.at(Math.max(0, atMs + shift)).a);
      return Math.min(...near.map((a) => Math.abs(a - (weights[0] ?? 0))));
    });
    expect(Math.max(...differences)).toBeLessThan(0.1);
  });

  it('opens at vowels, closes at rests, and ends closed', () => {
    const { moments } = shownMouth(timeline(['sil', 400], ['a', 300], ['sil', 300]), names());
    const openingAt = (atMs: number): number =>
      moments.reduce((best, moment) =>
        Math.abs(moment.atMs - atMs) < Math.abs(best.atMs - atMs) ? moment : best,
      ).opening;
    expect(openingAt(200)).toBe(0);
    expect(openingAt(500)).toBeGreaterThan(0.3);
    expect(openingAt(850)).toBe(0);
    expect(moments.at(-1)?.opening).toBe(0);
  });

  it('goes on to the end of a part when the next one follows at once', () => {
    const open = Array.from({ length: 34 }, () => [['t', 60] as const, ['a', 120] as const]).flat();
    const steps = [['sil', 400] as const, ...open, ['m', 80] as const, ...open];
    const { phonemes, partStartsMs } = shownMouth(timeline(...steps), names());
    expect(partStartsMs.length).toBeGreaterThan(1);
    const closed = phonemes.filter(({ phoneme }) => phoneme === 'm');
    for (const { startMs, endMs } of closed) expect(endMs - startMs).toBeLessThan(110);
    const atMs = 400 + 34 * 180 - 60;
    expect(phonemes.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs)?.phoneme).toBe('a');
  });

  it('rests before it opens for as long as the product has it rest', () => {
    const { partStartsMs, phonemes } = shownMouth(timeline(['sil', 1500], ['a', 600], ['sil', 200]), names());
    expect(partStartsMs[0]).toBeGreaterThan(1100);
    expect(partStartsMs[0]).toBeLessThan(1200);
    expect(phonemes[0]?.phoneme).toBe('sil');
    const moments = timeline(['sil', 619], ['N', 878], ['a', 636], ['sil', 130], ['N', 45], ['a', 854]);
    for (const { weights } of shownMouth(moments, names()).moments)
      for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
  });

  it('begins a new part after a long pause', () => {
    const word = [
      ['k', 70],
      ['a', 200],
    ] as const;
    const { partStartsMs } = shownMouth(
      timeline(['sil', 500], ...word, ['sil', 2000], ...word, ['sil', 500]),
      names(),
    );
    expect(partStartsMs).toHaveLength(2);
    expect(partStartsMs[1]).toBeGreaterThan(1500);
  });

  it('stays within its range and in order, whatever it is given', () => {
    const phoneme = fc.constantFrom('a', 'i', 'u', 'o', 'N', 'sil', 'pau', 'k', 'm', 'ts', '???');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(phoneme, fc.integer({ min: 1, max: 900 })), { maxLength: 40 }),
        (steps) => {
          const { moments, phonemes } = shownMouth(timeline(...steps), names());
          let beforeMs = Number.NEGATIVE_INFINITY;
          for (const { atMs, opening, weights } of moments) {
            expect(atMs).toBeGreaterThan(beforeMs);
            beforeMs = atMs;
            expect(opening).toBeGreaterThanOrEqual(0);
            expect(opening).toBeLessThanOrEqual(1);
            for (const weight of weights) expect(Number.isFinite(weight)).toBe(true);
          }
          for (const { startMs, endMs } of phonemes) expect(endMs).toBeGreaterThanOrEqual(startMs);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('plotLips', () => {
  const PHONEMES = timeline(['sil', 200], ['k', 80], ['o', 300], ['sil', 420]);

  it('draws sound, phonemes and mouth, without a number that is none', () => {
    const svg = plotLips(plotOf(PHONEMES));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    for (const text of ['a.wav', '>sil<', '>o<', 'opening', 'morph a']) expect(svg).toContain(text);
  });

  it('takes no title for markup', () => {
    const svg = plotLips(plotOf(PHONEMES, speechLike(0.1), '<b>&\u0000.wav'));
    expect(svg).toContain('&lt;b&gt;&amp; .wav');
  });

  it('draws silence and no phonemes at all', () => {
    expect(plotLips(plotOf([], silence(0.5)))).not.toMatch(/NaN|Infinity/);
    expect(plotLips(plotOf([], new Uint8Array(0)))).not.toMatch(/NaN|Infinity/);
  });

  it('grows with the sound, up to a limit', () => {
    expect(plotWidth(plotOf(PHONEMES, silence(10)))).toBeGreaterThan(plotWidth(plotOf(PHONEMES, silence(1))));
    expect(plotWidth(plotOf(PHONEMES, silence(300)))).toBeLessThan(12_200);
  });

  it('has room for its legend, however short the sound', () => {
    const plot = plotOf(timeline(['a', 100]), silence(0.1));
    const svg = plotLips(plot, { letters: 'lines' });
    const points = [...svg.matchAll(/[ML](\d+(?:\.\d+)?) /g)].map(([, x]) => Number(x));
    expect(points.length).toBeGreaterThan(100);
    expect(Math.max(...points)).toBeLessThan(plotWidth(plot));
  });

  it('needs no font for a PNG', async () => {
    const plot = plotOf(PHONEMES);
    const svg = plotLips(plot, { letters: 'lines' });
    expect(svg).not.toContain('<text');
    const png = Buffer.from(await svgToPng(svg, plotWidth(plot)));
    expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
    expect(png.readUInt32BE(16)).toBe(plotWidth(plot) * 2);
    const empty = Buffer.from(await svgToPng(svg.replace(/<path[^>]*>/g, ''), plotWidth(plot)));
    // Lines and letters are really there.
    expect(png.byteLength).toBeGreaterThan(empty.byteLength * 2);
  });
});

describe('WaveformGatherer', () => {
  it('keeps the outline, however the sound arrives', () => {
    const sound = speechLike(1);
    const whole = new WaveformGatherer();
    whole.push(sound);
    const cut = new WaveformGatherer();
    for (let at = 0; at < sound.byteLength; at += 642) cut.push(sound.subarray(at, at + 642));
    const expected = whole.end();
    expect(cut.end()).toEqual(expected);
    expect(expected.durationMs).toBe(1000);
    expect(Math.max(...expected.high)).toBeGreaterThan(0.2);
    expect(expected.high.length * expected.columnMs).toBeCloseTo(1000, 0);
  });

  it('does not grow with a long sound', () => {
    const gatherer = new WaveformGatherer();
    const minute = speechLike(60);
    for (let count = 0; count < 5; count++) gatherer.push(minute);
    const { low, durationMs, columnMs } = gatherer.end();
    expect(low.length).toBeLessThanOrEqual(20_000);
    expect(durationMs).toBe(300_000);
    expect(Math.abs(low.length * columnMs - durationMs)).toBeLessThan(100);
  });
});
