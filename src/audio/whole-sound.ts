import type { SoundSource } from './sound-source.js';

/**
 * All of a sound that was recorded elsewhere. A small file may unpack to hours: what is too long is read no further.
 *
 * @param sound - closed behind it.
 * @param limit - `maxMs` - of sound; `tooLong` - what is thrown when there is more.
 * @returns s16le mono at the sound's rate.
 * @throws what reading throws.
 */
export async function wholeSound(
  sound: SoundSource,
  { maxMs, tooLong }: { readonly maxMs: number; readonly tooLong: () => Error },
): Promise<Uint8Array> {
  const maxBytes = (maxMs * sound.sampleRateHz * 2) / 1000;
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const block of sound.frames()) {
      bytes += block.byteLength;
      if (bytes > maxBytes) throw tooLong();
      blocks.push(block);
    }
  } finally {
    await sound.close();
  }
  return Buffer.concat(blocks, bytes);
}
