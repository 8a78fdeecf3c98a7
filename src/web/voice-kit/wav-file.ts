import { wavHeader } from '../../audio/wav-file.js';

/** A WAV file of s16le mono. */
export function wavFile(pcm: readonly Uint8Array[], sampleRateHz: number): Blob {
  const bytes = pcm.reduce((sum, part) => sum + part.byteLength, 0);
  const parts = pcm.map((part) => new Uint8Array(part));
  return new Blob([wavHeader(bytes, sampleRateHz), ...parts], { type: 'audio/wav' });
}
