import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import { BridgeError } from '../../../src/runtime/index.js';
import { chunk, chunked, integers, sine, wavFile } from '../../support/audio-fixtures.js';

const TONE_16 = integers(
  sine(400, 440, 16_000).map((value) => Math.round(value * 32_767)),
  2,
);

/** Plays to the end; typed errors are an answer, anything else is not. Returns bytes played. */
async function playOrTypedError(file: Uint8Array, cut: number): Promise<number> {
  try {
    const sound = await openSound(chunked(file, cut));
    let total = 0;
    for await (const block of sound.frames()) {
      expect(block.byteLength % 2).toBe(0);
      total += block.byteLength;
    }
    return total;
  } catch (error) {
    if (error instanceof BridgeError && error.code.startsWith('BRIDGE_ERR_AUDIO_')) return 0;
    throw error;
  }
}

/** A 4 kHz 1-byte source grows eightfold; anything more would be sound that is not in the file. */
const limitOf = (file: Uint8Array): number => file.byteLength * 8 + 64;

describe('openSound on hostile input', () => {
  it('answers random bytes with a typed error or sound, never more than is in them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 600 }),
        fc.integer({ min: 1, max: 200 }),
        async (bytes, cut) => {
          expect(await playOrTypedError(bytes, cut)).toBeLessThanOrEqual(limitOf(bytes));
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });

  it('answers random bytes after a RIFF start', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 90 }),
        async (bytes, cut) => {
          const head = wavFile(new Uint8Array(0)).subarray(0, 12);
          const file = new Uint8Array([...head, ...bytes]);
          expect(await playOrTypedError(file, cut)).toBeLessThanOrEqual(limitOf(file));
        },
      ),
      { numRuns: 300, seed: 12 },
    );
  });

  it('survives any few changed bytes of a WAV header', async () => {
    const good = wavFile(TONE_16, { subformat: 1, between: chunk('LIST', new Uint8Array(9)) });
    const change = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const file = Uint8Array.from(good);
        for (const [offset, value] of changes) file[offset] = value;
        expect(await playOrTypedError(file, 64)).toBeLessThanOrEqual(limitOf(file));
      }),
      { numRuns: 600, seed: 13 },
    );
  });

  it('gives the same samples however the file is cut into chunks', async () => {
    const file = wavFile(TONE_16, { channels: 2, between: chunk('LIST', new Uint8Array(9)) });
    const whole = await playOrTypedError(file, file.byteLength);
    expect(whole).toBe(400);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99 }), async (cut) => {
        expect(await playOrTypedError(file, cut)).toBe(whole);
      }),
      { numRuns: 40, seed: 14 },
    );
  });
});
