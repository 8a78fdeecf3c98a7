/** Odd enough to be neither mains hum nor a musical note. */
export const TONE_HZ = 1237;
/** -30 dBFS: heard, but nobody starts. */
const AMPLITUDE = 32_768 * 10 ** (-30 / 20);
const RAMP_MS = 20;
const LISTEN_RATE_HZ = 16_000;
/** This much of a frame's energy is the tone, and it is not just rounding noise. */
const MIN_SHARE = 0.5;
const MIN_FRAME_RMS = 2;
/** 200 ms in a row of frames of 20 ms. */
const FRAMES_IN_A_ROW = 10;

/**
 * A short quiet tone between silences, faded in and out.
 *
 * @returns s16le mono; as much silence follows as precedes.
 */
export function toneBytes(sampleRateHz: number, silenceMs: number, toneMs: number): Uint8Array {
  const samples = (ms: number): number => Math.round((ms * sampleRateHz) / 1000);
  const [silent, sounding, ramp] = [samples(silenceMs), samples(toneMs), samples(RAMP_MS)];
  const pcm = new DataView(new ArrayBuffer((silent * 2 + sounding) * 2));
  for (let index = 0; index < sounding; index++) {
    const fade = Math.min(1, index / ramp, (sounding - index) / ramp);
    const value = AMPLITUDE * fade * Math.sin((2 * Math.PI * TONE_HZ * index) / sampleRateHz);
    pcm.setInt16((silent + index) * 2, Math.round(value), true);
  }
  return new Uint8Array(pcm.buffer);
}

/** Finds the tone in frames of s16le mono 16 kHz by Goertzel's algorithm, at whatever loudness it arrives. */
export class ToneListener {
  #inARow = 0;
  #isHeard = false;

  get isHeard(): boolean {
    return this.#isHeard;
  }

  push(frame: Uint8Array): void {
    this.#inARow = toneShare(frame) >= MIN_SHARE ? this.#inARow + 1 : 0;
    if (this.#inARow >= FRAMES_IN_A_ROW) this.#isHeard = true;
  }
}

/** @returns The part of a frame's energy that lies at TONE_HZ, 0 … about 1. */
export function toneShare(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = frame.byteLength >> 1;
  const coefficient = 2 * Math.cos((2 * Math.PI * TONE_HZ) / LISTEN_RATE_HZ);
  let before = 0;
  let last = 0;
  let energy = 0;
  for (let index = 0; index < count; index++) {
    const sample = view.getInt16(index * 2, true);
    energy += sample * sample;
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  if (energy < MIN_FRAME_RMS ** 2 * count) return 0;
  const power = last * last + before * before - coefficient * last * before;
  return (2 * power) / (count * energy);
}
