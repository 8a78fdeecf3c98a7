/** What `levelDbfs` gives for digital silence and for no samples at all; below the level of any real block. */
export const SILENCE_DBFS = -120;

/**
 * RMS level of one block, without allocating: made for gates that run on every frame.
 *
 * 0 dBFS is a full-scale square wave; a full-scale sine is -3.01.
 *
 * @param pcm - s16le mono, any rate; a last odd byte is ignored. Not kept, not changed.
 * @returns dBFS, `SILENCE_DBFS` … 0.
 */
export function levelDbfs(pcm: Uint8Array): number {
  const sampleCount = pcm.byteLength >> 1;
  let squares = 0;
  for (let index = 0; index < sampleCount; index++) {
    const low = pcm[index * 2] ?? 0;
    const high = pcm[index * 2 + 1] ?? 0;
    const sample = ((low | (high << 8)) << 16) >> 16;
    squares += sample * sample;
  }
  if (squares === 0) return SILENCE_DBFS;
  return Math.max(SILENCE_DBFS, 10 * Math.log10(squares / sampleCount / 1_073_741_824));
}
