import { wavFile } from './wav-file.js';

/** Sound that was said, to be heard again. */
export interface Clip {
  readonly file: Blob;
  readonly durationMs: number;
}

/** @param pcm - s16le mono. @returns undefined: there is none. */
export function clipOf(pcm: readonly Uint8Array[], sampleRateHz: number): Clip | undefined {
  const bytes = pcm.reduce((sum, part) => sum + part.byteLength, 0);
  if (bytes === 0) return undefined;
  return { file: wavFile(pcm, sampleRateHz), durationMs: (500 * bytes) / sampleRateHz };
}

/** Has the browser save it. Its address lives no longer than that. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
