import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const SAMPLE = fileURLToPath(new URL('../../../fixtures/audio/speech-sample.wav', import.meta.url));
const HEADER_BYTES = 44;
const SILENCE_MS = 1500;

/** A voice and a pause behind it, in real time, in blocks of so many milliseconds; s16le mono 16 kHz. */
export async function* voiceBlocks(blockMs: number): AsyncGenerator<Uint8Array> {
  const file = await readFile(SAMPLE);
  const sound = Buffer.concat([file.subarray(HEADER_BYTES), new Uint8Array(SILENCE_MS * 32)]);
  const blockBytes = blockMs * 32;
  const beganAtMs = performance.now();
  for (let at = 0; at < sound.byteLength; at += blockBytes) {
    const waitMs = beganAtMs + at / 32 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    yield sound.subarray(at, at + blockBytes);
  }
}
