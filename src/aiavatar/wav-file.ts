import { wavFile as wavFileOf } from '../audio/index.js';

/** A WAV file around s16le mono, which is copied; a `Buffer`, for what goes into base64. */
export function wavFile(pcm: Uint8Array, sampleRateHz: number): Buffer {
  return Buffer.from(wavFileOf([pcm], sampleRateHz).buffer);
}
