import type { TimedPhoneme } from '../lipsync/timed-phoneme.js';

/** Clicks at known places, with the mouth that goes with each. */
export interface Beats {
  readonly buffer: AudioBuffer;
  /** Where each begins, milliseconds. */
  readonly atMs: readonly number[];
  readonly phonemes: readonly TimedPhoneme[];
}

const RATE_HZ = 48_000;
const LEAD_MS = 500;
export const BEAT_MS = 1000;
const MOUTH_MS = 160;
const CLICK_MS = 12;

/** One click a second with an open mouth each, for `count` seconds. */
export function clicks(count: number): Beats {
  const atMs = Array.from({ length: count }, (_, beat) => LEAD_MS + BEAT_MS * beat);
  const phonemes = atMs.flatMap((startMs) => [
    { phoneme: 'a', startMs, endMs: startMs + MOUTH_MS },
    { phoneme: 'sil', startMs: startMs + MOUTH_MS, endMs: startMs + BEAT_MS },
  ]);
  return { buffer: placed(clickSamples(), atMs), atMs, phonemes };
}

function clickSamples(): Float32Array {
  const length = Math.round((RATE_HZ * CLICK_MS) / 1000);
  return Float32Array.from(
    { length },
    (_, at) => 0.7 * Math.exp((-5 * at) / length) * Math.sin((2 * Math.PI * 1500 * at) / RATE_HZ),
  );
}

function placed(samples: Float32Array, atMs: readonly number[]): AudioBuffer {
  const endMs = (atMs.at(-1) ?? 0) + LEAD_MS;
  const buffer = new AudioBuffer({ length: Math.round((RATE_HZ * endMs) / 1000), sampleRate: RATE_HZ });
  const channel = buffer.getChannelData(0);
  for (const ms of atMs) channel.set(samples, Math.round((RATE_HZ * ms) / 1000));
  return buffer;
}
