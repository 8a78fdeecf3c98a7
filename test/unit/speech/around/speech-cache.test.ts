import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import { decodeEntry, encodeEntry } from '../../../../src/speech/around/cache-entry.js';
import { SpeechCache } from '../../../../src/speech/around/speech-cache.js';
import type { SpeechPart } from '../../../../src/speech/index.js';
import { sound, start } from './fake-engine.js';

const keyOf = (index: number): string => createHash('sha256').update(String(index)).digest('hex');
/** An answer that tells which it is. */
const answerOf = (index: number): SpeechPart[] => [
  start(16_000, `credit ${index}`),
  sound(50 + index, index),
];

const bytesOf = (parts: readonly SpeechPart[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));

describe('cache entries', () => {
  const part: fc.Arbitrary<SpeechPart> = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((half): SpeechPart => {
      const pcm = new Uint8Array(half.length * 2);
      pcm.set(half);
      return { type: 'sound', pcm };
    }),
    fc
      .array(fc.record({ phoneme: fc.string(), startMs: fc.double(), endMs: fc.double() }), { maxLength: 4 })
      .map((phonemes): SpeechPart => ({ type: 'phonemes', phonemes, isExact: true })),
    fc
      .array(fc.record({ text: fc.string(), startMs: fc.nat(), endMs: fc.nat() }), { maxLength: 4 })
      .map((words): SpeechPart => ({ type: 'words', words })),
  );

  it('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 1, max: 192_000 }), (parts, rateHz) => {
        const whole: SpeechPart[] = [start(rateHz), ...parts];
        const again = decodeEntry(encodeEntry(whole)) ?? [];
        expect(bytesOf(again)).toEqual(bytesOf(whole));
        const told = (all: readonly SpeechPart[]): string =>
          JSON.stringify(all.filter(({ type }) => type !== 'sound'));
        expect(told(again)).toBe(told(whole));
      }),
    );
  });

  it('are nothing when one bit is wrong or bytes are missing', () => {
    const entry = encodeEntry(answerOf(7));
    fc.assert(
      fc.property(fc.nat({ max: entry.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const flipped = Uint8Array.from(entry);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        expect(decodeEntry(flipped)).toBeUndefined();
        expect(decodeEntry(entry.subarray(0, at))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        expect(decodeEntry(any)).toBeUndefined();
      }),
    );
  });
});

describe('SpeechCache', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'speech-cache-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives the right answer or none to all who share a folder, and stays within its bound', async () => {
    const clock = new FakeClock();
    const maxBytes = 40_000;
    const warnings: string[] = [];
    const caches = Array.from(
      { length: 4 },
      () => new SpeechCache({ clock, folder, maxBytes, warn: (text) => warnings.push(text) }),
    );
    const use = async (cache: SpeechCache, seed: number): Promise<void> => {
      for (let step = 0; step < 30; step++) {
        const index = (seed * 31 + step * 7) % 40;
        clock.advance(10);
        const kept = await cache.read(keyOf(index));
        if (kept === undefined) cache.keep(keyOf(index), answerOf(index));
        else expect(kept).toEqual(answerOf(index));
        if (step % 9 === 0) await cache.whenIdle();
      }
      await cache.whenIdle();
    };
    await Promise.all(caches.map(use));
    expect(warnings).toEqual([]);
    const names = await readdir(folder);
    expect(names.filter((name) => !name.endsWith('.speech'))).toEqual([]);
    expect(names.length).toBeGreaterThan(5);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    // Each process counts its own writes, and looks at the whole when it has written a tenth of it.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1.5 * maxBytes);
  });

  it('leaves files alone that are not its own', async () => {
    await writeFile(join(folder, 'notes.txt'), 'x'.repeat(100_000));
    const cache = new SpeechCache({ clock: new FakeClock(), folder, maxBytes: 20_000, warn: () => {} });
    for (let index = 0; index < 30; index++) cache.keep(keyOf(index), answerOf(index));
    await cache.whenIdle();
    expect(await readdir(folder)).toContain('notes.txt');
  });

  it('keeps nothing that is larger than an eighth of it', async () => {
    const cache = new SpeechCache({ clock: new FakeClock(), folder, maxBytes: 80_000, warn: () => {} });
    cache.keep(keyOf(1), [start(), sound(1000)]);
    await cache.whenIdle();
    expect(await readdir(folder)).toEqual([]);
  });
});
