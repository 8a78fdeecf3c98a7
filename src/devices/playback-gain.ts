import { InvalidStateError } from '../runtime/index.js';

/** A change of volume takes this long, and so does the end of a sound that is stopped: too slow for a click. */
export const RAMP_MS = 12;

/** @throws {InvalidStateError} Not 0 … 1. */
export function checkVolume(volume: number): void {
  if (!(volume >= 0 && volume <= 1)) throw new InvalidStateError(`A volume is 0 to 1, not ${volume}`);
}

/** Volume of a stream of s16le samples: every change is a raised cosine of RAMP_MS. */
export class PlaybackGain {
  readonly #rampSamples: number;
  #from: number;
  #to: number;
  #done: number;

  /**
   * @param volume - 0 … 1.
   * @throws {InvalidStateError}
   */
  constructor(sampleRateHz: number, volume: number) {
    checkVolume(volume);
    this.#rampSamples = Math.max(1, Math.round((sampleRateHz * RAMP_MS) / 1000));
    this.#from = volume;
    this.#to = volume;
    this.#done = this.#rampSamples;
  }

  /**
   * Takes effect with the next sample; a ramp under way bends.
   *
   * @throws {InvalidStateError} The volume is not 0 … 1.
   */
  set(volume: number): void {
    checkVolume(volume);
    this.#from = this.#now();
    this.#to = volume;
    this.#done = 0;
  }

  /** True once the last change is complete. */
  get isSteady(): boolean {
    return this.#done >= this.#rampSamples;
  }

  /** @returns New bytes. */
  apply(pcm: Uint8Array): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(pcm);
    if (this.isSteady && this.#to === 1) return out;
    const view = new DataView(out.buffer);
    for (let at = 0; at + 1 < out.length; at += 2) {
      if (!this.isSteady) this.#done++;
      view.setInt16(at, Math.round(view.getInt16(at, true) * this.#now()), true);
    }
    return out;
  }

  #now(): number {
    if (this.isSteady) return this.#to;
    const way = (1 - Math.cos((Math.PI * this.#done) / this.#rampSamples)) / 2;
    return this.#from + (this.#to - this.#from) * way;
  }
}

/**
 * The end of a sound that is cut: what would have come next, faded out.
 *
 * @param gain - left at 0.
 * @param next - s16le of what comes next; may be shorter than the fade, or empty.
 * @param lastSample - the last one that was handed over, after gain: held where `next` ends.
 * @returns s16le of RAMP_MS.
 */
export function fadeOut(
  gain: PlaybackGain,
  next: Uint8Array,
  lastSample: number,
  sampleRateHz: number,
): Uint8Array {
  const samples = Math.max(1, Math.round((sampleRateHz * RAMP_MS) / 1000));
  const have = Math.min(samples, next.byteLength / 2);
  gain.set(0);
  const faded = gain.apply(next.subarray(0, 2 * have));
  const out = new Uint8Array(2 * samples);
  out.set(faded);
  const view = new DataView(out.buffer);
  const held = have === 0 ? lastSample : view.getInt16(2 * (have - 1), true);
  for (let index = have; index < samples; index++) {
    const way = (index + 1 - have) / (samples - have);
    view.setInt16(2 * index, Math.round((held * (1 + Math.cos(Math.PI * way))) / 2), true);
  }
  return out;
}
