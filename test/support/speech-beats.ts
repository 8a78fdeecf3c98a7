import { readFileSync } from 'node:fs';

const SPOKEN = new URL('../../fixtures/lipsync/spoken/ja_mei_happy.wav', import.meta.url);
/** The `wa` of `inu wa`, before a pause. Its `a` begins 25 ms later. */
const FROM_MS = 1010;
const TO_MS = 1240;
const RATE_HZ = 16_000;

export interface Beats {
  readonly beats: number;
  readonly everyMs: number;
  /** Of each beat, where the vowel begins; 25 or more. */
  readonly opensMs: number;
}

/** A spoken `wa` again and again, silence between, s16 16 kHz: tones keep the mouth closed that is estimated from sound. */
export function speechBeats({ beats, everyMs, opensMs }: Beats): Int16Array {
  const file = new Uint8Array(readFileSync(SPOKEN));
  const speech = new Int16Array(file.buffer.slice(44)).subarray(FROM_MS * 16, TO_MS * 16);
  const samples = new Int16Array(beats * everyMs * 16);
  for (let beat = 0; beat < beats; beat++) {
    const start = (beat * everyMs + opensMs - 25) * 16;
    for (const [n, value] of speech.entries()) {
      // Cut without a click.
      const edge = Math.min(1, n / 80, (speech.length - n) / 80);
      if (start + n < samples.length) samples[start + n] = Math.round(value * edge);
    }
  }
  return samples;
}

/** The samples as a mono WAV file. */
export function speechWav(samples: Int16Array): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(2 * RATE_HZ, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return new Uint8Array(Buffer.concat([header, new Uint8Array(samples.buffer)]));
}
