/** @param pcm - s16le, whole samples. @returns New array, -1 to 1. */
export function toFloats(pcm: Uint8Array): Float32Array {
  const samples = new Float32Array(pcm.byteLength >> 1);
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  for (let index = 0; index < samples.length; index++)
    samples[index] = view.getInt16(index * 2, true) / 32_768;
  return samples;
}

/** @returns New array, s16le; what is beyond full scale is cut. */
export function toPcm16(samples: Float32Array): Uint8Array {
  const pcm = new Uint8Array(samples.length * 2);
  const view = new DataView(pcm.buffer);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round((samples[index] ?? 0) * 32_768);
    view.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, value)), true);
  }
  return pcm;
}
