import { describe, expect, it } from 'vitest';
import { openSound, wholeSound } from '../../../src/audio/index.js';
import { flacSilence } from '../../support/audio/flac-silence.js';

const MIB = 2 ** 20;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
const tooLong = (): Error => new Error('too long');

describe('wholeSound', () => {
  it('gives all of a compressed sound', async () => {
    const sound = await openSound(once(flacSilence(9)), { name: 'the sound' });
    const pcm = await wholeSound(sound, { maxMs: 60_000, tooLong });
    // Blocks of 65,535 samples; the decoder never gives a last one that is so short.
    expect([2, 3]).toContain(pcm.byteLength / 65_535 / 2);
    expect(pcm.every((byte) => byte === 0)).toBe(true);
  });

  it('reads no further than it may of a file of 40 KB that unpacks to three hours', async () => {
    const bomb = flacSilence(3 * 3600);
    expect(bomb.byteLength).toBeLessThan(48_000);
    const before = process.memoryUsage().arrayBuffers;
    const sound = await openSound(once(bomb), { name: 'the sound' });
    await expect(wholeSound(sound, { maxMs: 120_000, tooLong })).rejects.toThrow('too long');
    // Three hours are 330 MiB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });
});
