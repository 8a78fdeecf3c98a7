import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import { BridgeError, seededRandom } from '../../../src/runtime/index.js';
import { chunked, fixturePath } from '../../support/audio-fixtures.js';

const NAMES = [
  'speech.mp3',
  'speech-untagged.mp3',
  'speech.flac',
  'speech-flac.ogg',
  'speech-vorbis.ogg',
  'speech-opus.opus',
];

/** Samples played; -1 for a typed error. */
async function play(bytes: Uint8Array): Promise<number> {
  try {
    const sound = await openSound(chunked(bytes, 2_048));
    let samples = 0;
    for await (const block of sound.frames()) samples += block.byteLength / 2;
    return samples;
  } catch (error) {
    if (error instanceof BridgeError && error.code.startsWith('BRIDGE_ERR_AUDIO_')) return -1;
    throw error;
  }
}

describe('openSound on damaged compressed files', () => {
  for (const name of NAMES) {
    it(`plays or refuses ${name} with bytes changed, quietly`, async () => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
      const good = new Uint8Array(readFileSync(fixturePath(name)));
      const random = seededRandom(31);
      for (let round = 0; round < 12; round++) {
        const bytes = Uint8Array.from(good);
        const changes = 1 + Math.floor(random() * 40);
        const reach = round % 3 === 0 ? 200 : bytes.byteLength;
        for (let n = 0; n < changes; n++) bytes[Math.floor(random() * reach)] = Math.floor(random() * 256);
        expect(await play(bytes)).toBeLessThan(60_000);
      }
      expect(printed).not.toHaveBeenCalled();
      printed.mockRestore();
    });
  }

  it('refuses a FLAC header followed by noise', async () => {
    const head = readFileSync(fixturePath('speech.flac')).subarray(0, 42);
    const random = seededRandom(32);
    const noise = Uint8Array.from({ length: 300_000 }, () => Math.floor(random() * 256));
    const flac = new Uint8Array(Buffer.concat([head, noise]));
    flac[4] = 0x80;
    await expect(openSound(chunked(flac, 4_096))).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_FORMAT' });
  });

  it('goes on after a long hole in a FLAC file', async () => {
    const good = readFileSync(fixturePath('speech.flac'));
    const middle = good.byteLength >> 1;
    const holed = Buffer.concat([good.subarray(0, middle), new Uint8Array(150_000), good.subarray(middle)]);
    const sound = await openSound(chunked(new Uint8Array(holed), 4_096));
    let samples = 0;
    for await (const block of sound.frames()) samples += block.byteLength / 2;
    expect(samples).toBeGreaterThan(15_000);
    expect(samples).toBeLessThan(19_200);
    expect(sound.damagedParts).toBeGreaterThan(0);
  });

  it('refuses noise that holds single MP3 headers', async () => {
    const noise = new Uint8Array(40_000).fill(0x11);
    for (let offset = 5; offset < noise.length; offset += 911) noise.set([0xff, 0xfb, 0x90, 0x44], offset);
    await expect(openSound(chunked(noise, 4_096))).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_FORMAT' });
  });
});
