import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LIP_TABLE,
  PhonemeNames,
  readPhonemeList,
  type TimedPhoneme,
} from '../../../src/lipsync/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { PositionLips } from '../../../src/speaking/index.js';

interface Tie {
  readonly atMs: number;
  readonly message: string;
}

function rig(model = '0') {
  const clock = new FakeClock();
  const ties: Tie[] = [];
  let heardMs: number | undefined;
  const lips = new PositionLips({
    clock,
    model,
    names: new PhonemeNames(DEFAULT_LIP_TABLE),
    tie: (atMs, message) => ties.push({ atMs, message }),
    heardMs: () => heardMs,
  });
  return {
    clock,
    lips,
    ties,
    hear: (positionMs: number | undefined) => {
      heardMs = positionMs;
    },
  };
}

const listOf = ({ message }: Tie): (readonly [string, number])[] => {
  const tokens = (message.split('|')[2] ?? '').split(',');
  return tokens.flatMap((name, n) => (n % 2 === 0 ? [[name, Number(tokens[n + 1])] as const] : []));
};

const NAMES = DEFAULT_LIP_TABLE.names.filter((name) => name !== 'A');

/** Contiguous phonemes that need no merging, some pauses among them. */
const phonemes = fc
  .array(
    fc.record({
      phoneme: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
        { weight: 1, arbitrary: fc.constant('pau') },
      ),
      ms: fc.oneof(
        { weight: 6, arbitrary: fc.double({ min: 34.01, max: 260, noNaN: true }) },
        { weight: 1, arbitrary: fc.double({ min: 700, max: 2500, noNaN: true }) },
      ),
    }),
    // No part is cut inside a phoneme for its length.
    { minLength: 1, maxLength: 50 },
  )
  .map((list) => {
    let atMs = 0;
    return list.map(({ phoneme, ms }): TimedPhoneme => {
      const startMs = atMs;
      atMs += ms;
      return { phoneme, startMs, endMs: atMs };
    });
  });

/** A short pause where a part may end: half of it is shorter than a frame (seeds -134621830 and -409304852). */
const SHORT_PAUSES: [TimedPhoneme[]][] = [
  [
    [
      { phoneme: 'E', startMs: 0, endMs: 5855.22 },
      { phoneme: 'pau', startMs: 5855.22, endMs: 5901.48 },
      { phoneme: 'E', startMs: 5901.48, endMs: 6000 },
      { phoneme: 'sil', startMs: 6000, endMs: 6034.01 },
    ],
  ],
  [
    [
      { phoneme: 'E', startMs: 0, endMs: 6000 },
      { phoneme: 'pau', startMs: 6000, endMs: 6060 },
      { phoneme: 'E', startMs: 6060, endMs: 6300 },
    ],
  ],
];

/** In pieces of these lengths, over and over. */
function pieces<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const cut: T[][] = [];
  for (let at = 0, n = 0; at < list.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    cut.push(list.slice(at, at + size));
    at += size;
  }
  return cut;
}

function whole(list: readonly TimedPhoneme[]): Tie[] {
  const { lips, ties } = rig();
  lips.append(list);
  lips.finish();
  return ties;
}

describe('PositionLips', () => {
  it('ties one part for a phrase, before anything is heard', () => {
    const ties = whole(readPhonemeList('sil,100,k,75,o,75,N,75,sil,200', 'test'));
    expect(ties).toEqual([
      { atMs: expect.any(Number), message: 'LIPSYNC_START|0|sil,100,k,75,o,75,N,75,sil,200' },
    ]);
    expect(ties[0]?.atMs).toBeLessThan(20);
  });

  it('shows each phoneme where it was told, to the millisecond, in messages that MMDAgent-EX takes', () => {
    fc.assert(
      fc.property(phonemes, (list) => {
        const ties = whole(list);
        const shown = ties.flatMap((tie) => placed(tie, list));
        for (const { phoneme, startMs, endMs } of merged(list)) {
          if (DEFAULT_LIP_TABLE.isClosed(phoneme)) continue;
          const there = shown.find((one) => one.phoneme === phoneme && Math.abs(one.startMs - startMs) <= 1);
          expect(there, `${phoneme} at ${startMs}`).toBeDefined();
          expect(Math.abs((there?.endMs ?? 0) - endMs)).toBeLessThanOrEqual(1);
        }
        for (const tie of ties) {
          expect(new TextEncoder().encode(`${tie.message}\n`).byteLength).toBeLessThanOrEqual(1900);
          for (const [name, ms] of listOf(tie)) {
            expect(DEFAULT_LIP_TABLE.has(name)).toBe(true);
            expect(Number.isInteger(ms) && ms > 0).toBe(true);
          }
        }
      }),
      { examples: SHORT_PAUSES },
    );
  });

  it('begins each part within half a frame of its sound: by how much its borders are rounded to frames', () => {
    fc.assert(
      fc.property(phonemes, (list) => {
        for (const tie of whole(list)) {
          const [first] = placed(tie, list);
          expect(Math.abs(tie.atMs - Math.max(0, first?.startMs ?? 0))).toBeLessThanOrEqual(18);
        }
      }),
      { examples: SHORT_PAUSES },
    );
  });

  it('sends the same whatever comes first, phonemes or their sound, in whatever pieces', () => {
    fc.assert(
      fc.property(
        phonemes,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.nat(20),
        (list, sizes, soundAt) => {
          const { lips, ties } = rig();
          const cut = pieces(list, sizes);
          for (const [n, piece] of cut.entries()) {
            if (n === soundAt % (cut.length + 1)) lips.soundBegan();
            lips.append(piece);
          }
          lips.finish();
          expect(ties).toEqual(whole(list));
        },
      ),
    );
  });

  it('ends with a closed mouth', () => {
    fc.assert(
      fc.property(phonemes, (list) => {
        const ties = whole(list);
        const last = ties.at(-1);
        if (last === undefined) return;
        expect(DEFAULT_LIP_TABLE.isClosed(listOf(last).at(-1)?.[0] ?? '')).toBe(true);
      }),
    );
  });

  it('sends what it knows when that is about to be heard, and goes on with what sounds then', () => {
    const { lips, ties, clock, hear } = rig();
    lips.append([{ phoneme: 'a', startMs: 0, endMs: 150 }]);
    expect(ties).toEqual([]);
    lips.soundBegan();
    clock.advance(10);
    expect(ties.map(({ message }) => message)).toEqual(['LIPSYNC_START|0|a,34,a,116']);
    hear(0);
    lips.append([
      { phoneme: 'i', startMs: 150, endMs: 260 },
      { phoneme: 'sil', startMs: 260, endMs: 300 },
    ]);
    lips.finish();
    expect(ties[1]).toEqual({ atMs: expect.any(Number), message: 'LIPSYNC_START|0|i,34,i,76,sil,40' });
    expect(Math.abs((ties[1]?.atMs ?? 0) - 150)).toBeLessThan(17);
  });

  it('leaves out what was heard before it became known, and counts it', () => {
    const { lips, ties, hear } = rig();
    lips.soundBegan();
    hear(500);
    lips.append(readPhonemeList('a,400,i,400,sil,100', 'test'));
    lips.finish();
    expect(ties).toHaveLength(1);
    expect(ties[0]?.message).toMatch(/^LIPSYNC_START\|0\|i,/);
    expect(listOf(ties[0] as Tie).reduce((sum, [, ms]) => sum + ms, 0)).toBe(900 - 540);
    expect(lips.counts).toMatchObject({ parts: 1, lateParts: 1 });
  });

  it('gives a part of one short phoneme room for its head, or it would fade in while it is held', () => {
    const { lips, ties, clock } = rig();
    lips.append([{ phoneme: 'a', startMs: 0, endMs: 60 }]);
    lips.soundBegan();
    clock.advance(10);
    expect(ties.map(({ message }) => message)).toEqual(['LIPSYNC_START|0|a,34,a,34']);
  });

  it('closes an open mouth where phonemes ran out and a pause follows', () => {
    const { lips, ties, clock } = rig();
    lips.append([{ phoneme: 'a', startMs: 0, endMs: 100 }]);
    lips.soundBegan();
    clock.advance(10);
    lips.append([{ phoneme: 'sil', startMs: 100, endMs: 2000 }]);
    expect(ties[1]).toEqual({ atMs: 100, message: 'LIPSYNC_START|0|sil,50' });
  });

  it('sends the rest of a part anew when the sound stood still inside it', () => {
    const { lips, ties, hear } = rig();
    lips.append(readPhonemeList('sil,100,a,500,i,500,u,500,sil,100', 'test'));
    lips.finish();
    hear(300);
    lips.moved(1000);
    expect(lips.counts.reanchors).toBe(0);
    hear(400);
    lips.moved(1060);
    expect(lips.counts).toMatchObject({ reanchors: 1, parts: 1 });
    expect(ties.slice(1).map(({ message }) => message)).toEqual([
      'LIPSYNC_START|0|sil,50',
      'LIPSYNC_START|0|a,34,a,126,i,500,u,500,sil,100',
    ]);
    expect(Math.abs((ties[2]?.atMs ?? 0) - 440)).toBeLessThan(17);
    // Once is enough, while it stands and when it runs on.
    for (const originMs of [1160, 1260, 1360]) lips.moved(originMs);
    hear(500);
    lips.moved(1362);
    expect(lips.counts.reanchors).toBe(1);
  });

  it('ties nothing and leaves no timer after stop', () => {
    const { lips, ties, clock } = rig();
    lips.append([{ phoneme: 'a', startMs: 0, endMs: 150 }]);
    lips.soundBegan();
    lips.stop();
    lips.append([{ phoneme: 'i', startMs: 150, endMs: 250 }]);
    lips.finish();
    clock.advance(1000);
    expect(ties).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });
});

/** What a part shows where. Its own list tells no place: its first open phoneme is the nearest of that name that was told. */
function placed(tie: Tie, list: readonly TimedPhoneme[]): TimedPhoneme[] {
  let atMs = 0;
  const relative = merged(
    listOf(tie).map(([phoneme, ms]) => {
      const startMs = atMs;
      atMs += ms;
      return { phoneme, startMs, endMs: atMs };
    }),
  );
  const opening = relative.find(({ phoneme }) => !DEFAULT_LIP_TABLE.isClosed(phoneme));
  const origins = merged(list)
    .filter(({ phoneme }) => phoneme === opening?.phoneme)
    .map(({ startMs }) => startMs - (opening?.startMs ?? 0));
  const originMs = origins.reduce(
    (best, ms) => (Math.abs(ms - tie.atMs) < Math.abs(best - tie.atMs) ? ms : best),
    Number.POSITIVE_INFINITY,
  );
  return relative.map(({ phoneme, startMs, endMs }) => ({
    phoneme,
    startMs: startMs + originMs,
    endMs: endMs + originMs,
  }));
}

/** The same twice in a row is one. */
function merged(list: readonly TimedPhoneme[]): TimedPhoneme[] {
  const out: TimedPhoneme[] = [];
  for (const one of list) {
    const last = out.at(-1);
    if (last?.phoneme === one.phoneme) out[out.length - 1] = { ...last, endMs: one.endMs };
    else out.push(one);
  }
  return out;
}
