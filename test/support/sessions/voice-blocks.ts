import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const SAMPLE = fileURLToPath(new URL('../../../fixtures/audio/speech-sample.wav', import.meta.url));
const HEADER_BYTES = 44;
const SILENCE_MS = 1500;

/** A voice, and nothing around it; s16le mono 16 kHz. */
export async function voiceOf(): Promise<Uint8Array> {
  return (await readFile(SAMPLE)).subarray(HEADER_BYTES);
}

/** A voice and a pause behind it, in real time, in blocks of so many milliseconds; s16le mono 16 kHz. */
export async function* voiceBlocks(blockMs: number): AsyncGenerator<Uint8Array> {
  const sound = Buffer.concat([await voiceOf(), new Uint8Array(SILENCE_MS * 32)]);
  const blockBytes = blockMs * 32;
  const beganAtMs = performance.now();
  for (let at = 0; at < sound.byteLength; at += blockBytes) {
    const waitMs = beganAtMs + at / 32 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    yield sound.subarray(at, at + blockBytes);
  }
}
