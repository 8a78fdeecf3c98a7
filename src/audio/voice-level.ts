import { SILENCE_DBFS } from './level.js';
import { OUTPUT_SAMPLE_RATE_HZ } from './pcm.js';

/** Rumble and hum below about this do not decide what is speech. */
const RUMBLE_HZ = 100;
const POLE = Math.exp((-2 * Math.PI * RUMBLE_HZ) / OUTPUT_SAMPLE_RATE_HZ);
const FULL_SCALE = 32_768;

/**
 * Levels of one frame after another, as a gate needs them; state goes from frame to frame. Allocates nothing.
 *
 * `voiceDbfs` leaves out rumble; `hissDbfs` leans towards high frequencies (6 dB an octave), where s, f and t stand out of a fan that is louder than they are.
 */
export class VoiceLevel {
  /** RMS of the sound as it is. */
  levelDbfs = SILENCE_DBFS;
  /** Largest sample. */
  peakDbfs = SILENCE_DBFS;
  voiceDbfs = SILENCE_DBFS;
  hissDbfs = SILENCE_DBFS;
  #lastSample = 0;
  #lastFirst = 0;
  #lastSecond = 0;

  /** @param samples - one frame of s16, any length. Not kept, not changed. */
  measure(samples: Int16Array): void {
    let squares = 0;
    let voiceSquares = 0;
    let hissSquares = 0;
    let peak = 0;
    for (let index = 0; index < samples.length; index++) {
      const sample = samples[index] ?? 0;
      const difference = sample - this.#lastSample;
      // Twice the same filter: 12 dB an octave.
      const first = difference + POLE * this.#lastFirst;
      const second = first - this.#lastFirst + POLE * this.#lastSecond;
      this.#lastSample = sample;
      this.#lastFirst = first;
      this.#lastSecond = second;
      squares += sample * sample;
      voiceSquares += second * second;
      hissSquares += difference * difference;
      const size = sample < 0 ? -sample : sample;
      if (size > peak) peak = size;
    }
    this.levelDbfs = dbfs(squares / samples.length);
    this.voiceDbfs = dbfs(voiceSquares / samples.length);
    this.hissDbfs = dbfs(hissSquares / samples.length / 4);
    this.peakDbfs = dbfs(peak * peak);
  }
}

function dbfs(meanSquare: number): number {
  if (!(meanSquare > 0)) return SILENCE_DBFS;
  return Math.max(SILENCE_DBFS, 10 * Math.log10(meanSquare / (FULL_SCALE * FULL_SCALE)));
}
