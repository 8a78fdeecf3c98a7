import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPart, lookAhead } from '../../../src/lipsync/cut-part.js';
import { DEFAULT_LIP_TABLE, PhonemeNames } from '../../../src/lipsync/index.js';
import { buildPart, partBytes } from '../../../src/lipsync/lip-part.js';
import { mergeShort } from '../../../src/lipsync/merge-short.js';
import { PhonemeTrack } from '../../../src/lipsync/phoneme-track.js';
import { durations, phonemes, sum } from './rig.js';

const table = DEFAULT_LIP_TABLE;
const merged = (list: string) =>
  mergeShort(phonemes(list), table)
    .map(({ phoneme, startMs, endMs }) => `${phoneme},${endMs - startMs}`)
    .join(',');
const trackOf = (list: string, isFinished = true) => {
  const track = new PhonemeTrack(new PhonemeNames(table));
  track.append(phonemes(list));
  if (isFinished) track.finish();
  return track;
};
const cut = (track: PhonemeTrack, fromMs: number) => {
  const part = cutPart(track, fromMs, partBytes('0'));
  return { part, fromMs: part[0]?.startMs, untilMs: part.at(-1)?.endMs };
};
const anyList = fc
  .array(fc.tuple(fc.constantFrom(...table.names), fc.integer({ min: 1, max: 300 })), {
    minLength: 1,
    maxLength: 400,
  })
  .map((list) => list.map(([name, ms]) => `${name},${ms}`).join(','));

describe('mergeShort', () => {
  it.each([
    ['leaves what is long enough', 'k,50,a,80', 'k,50,a,80'],
    ['gives a short consonant to both sides', 'a,100,r,20,o,100', 'a,110,o,110'],
    ['keeps lips that close, from the phoneme before', 'a,100,p,20,o,100', 'a,86,p,34,o,100'],
    ['keeps lips that close, from the phoneme behind', 'a,34,m,20,o,100', 'a,34,m,34,o,86'],
    ['keeps a vowel that opens wider than both sides', 't,90,a,30,k,90', 't,86,a,34,k,90'],
    ['joins short ones to one that is shown', 'k,10,a,12,r,14,sil,100', 'a,36,sil,100'],
    ['gives the last to the one before', 'a,100,r,20', 'a,120'],
    ['leaves a single one', 'a,10', 'a,10'],
  ])('%s', (_, list, expected) => {
    expect(merged(list)).toBe(expected);
  });

  it('leaves none shorter than a frame, moves neither end, leaves no gap', () => {
    fc.assert(
      fc.property(anyList, (list) => {
        const before = phonemes(list);
        const after = mergeShort(before, table);
        expect(after[0]?.startMs).toBe(0);
        expect(after.at(-1)?.endMs).toBeCloseTo(before.at(-1)?.endMs ?? 0, 6);
        for (const [index, { startMs, endMs }] of after.entries()) {
          if (after.length > 1) expect(endMs - startMs).toBeGreaterThan(33.9);
          if (index > 0) expect(startMs).toBe(after[index - 1]?.endMs);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('PhonemeTrack', () => {
  it('fills gaps, cuts overlaps, joins what goes on, and finds positions', () => {
    const track = trackOf('');
    const open = new PhonemeTrack(new PhonemeNames(table));
    open.append([
      { phoneme: 'a', startMs: 50, endMs: 100 },
      { phoneme: 'a', startMs: 100.4, endMs: 150 },
      { phoneme: 'i', startMs: 120, endMs: 200 },
      { phoneme: 'i', startMs: 130, endMs: 180 },
    ]);
    const all = Array.from({ length: open.length }, (_, index) => open.at(index));
    expect(all).toEqual([
      { phoneme: 'sil', startMs: 0, endMs: 50 },
      { phoneme: 'a', startMs: 50, endMs: 150 },
      { phoneme: 'i', startMs: 150, endMs: 200 },
    ]);
    expect([0, 49, 50, 149.9, 150, 200].map((at) => open.indexAt(at))).toEqual([0, 0, 1, 1, 2, 3]);
    expect(track.endMs).toBe(0);
  });
});

describe('lookAhead and cutPart', () => {
  it('tell silence, the end and what is not known', () => {
    const track = trackOf('sil,1000,a,500,sil,300,pau,200');
    expect(lookAhead(track, 0, 350)).toEqual({ kind: 'silence', untilMs: 650 });
    expect(lookAhead(track, 650, 350)).toEqual({ kind: 'open' });
    expect(lookAhead(track, 1600, 350)).toEqual({ kind: 'end' });
    expect(lookAhead(trackOf('a,500,sil,300', false), 600, 350)).toEqual({ kind: 'unknown' });
    expect(lookAhead(trackOf('', false), 0, 350)).toEqual({ kind: 'unknown' });
  });

  it('end inside a long pause, so that the next begins closed', () => {
    const track = trackOf('a,1000,sil,2000,o,1000,sil,100');
    expect(cut(track, 0)).toMatchObject({ fromMs: 0, untilMs: 1100 });
    expect(cut(track, 2650)).toMatchObject({ fromMs: 2650, untilMs: 4100 });
  });

  it('end at a short pause only after six seconds, in a vowel only after fifteen', () => {
    const pauses = trackOf(Array.from({ length: 20 }, () => 'a,900,sil,100').join(','));
    expect(cut(pauses, 0).untilMs).toBe(6950);
    expect(cut(trackOf('a,40000'), 0).untilMs).toBe(15_000);
  });

  it('end where phonemes are known', () => {
    expect(cut(trackOf('a,400,i,300', false), 100)).toMatchObject({ fromMs: 100, untilMs: 700 });
  });
});

describe('buildPart', () => {
  it('covers any speech in messages that MMDAgent-EX takes, with sums that are right at every border', () => {
    fc.assert(
      fc.property(anyList, (list) => {
        const track = trackOf(list);
        for (let fromMs = 0; fromMs < track.endMs; ) {
          const pieces = cutPart(track, fromMs, partBytes('0'));
          const isLast = pieces.at(-1)?.endMs === track.endMs;
          const part = buildPart({ model: '0', table, phonemes: pieces, leadInMs: 0, isLast });
          expect(part.startMs).toBe(fromMs);
          expect(part.endMs).toBeGreaterThan(fromMs);
          expect(Buffer.byteLength(`${part.message}\n`)).toBeLessThanOrEqual(1900);
          const text = part.message.split('|')[2] ?? '';
          const closing = sum(durations(text)) - (part.endMs - fromMs);
          expect(Math.abs(closing) < 1 || (isLast && Math.abs(closing - 50) < 1)).toBe(true);
          if (isLast) expect(table.isClosed(text.split(',').at(-2) ?? '')).toBe(true);
          const [first = '', ms = ''] = text.split(',');
          if (!table.isClosed(first)) expect(Number(ms)).toBeLessThanOrEqual(84);
          fromMs = part.endMs;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('splits a first phoneme that would be faded in over its whole length', () => {
    const text = (list: string) =>
      buildPart({ model: 'm', table, phonemes: phonemes(list), leadInMs: 0, isLast: true }).message;
    expect(text('a,500,sil,100')).toBe('LIPSYNC_START|m|a,50,a,450,sil,100');
    expect(text('a,66,sil,100')).toBe('LIPSYNC_START|m|a,66,sil,100');
    expect(text('a,70,sil,100')).toBe('LIPSYNC_START|m|a,33,a,37,sil,100');
    expect(text('sil,500,a,100')).toBe('LIPSYNC_START|m|sil,500,a,100,sil,50');
  });
});
