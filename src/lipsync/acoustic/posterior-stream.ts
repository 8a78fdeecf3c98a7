import type { AcousticModel } from './acoustic-model.js';
import { FRAME_MS, FRAME_NEEDS_MS, LogMel, SILENT_FEATURE } from './log-mel.js';
import { Network } from './network.js';
import { ACOUSTIC_MODEL } from './weights.js';

/** Sound in, how likely each class is in every 10 ms out. One stream hears one sound. */
export class PosteriorStream {
  readonly classes: readonly string[];
  /** Share of each class in the training material. */
  readonly priors: readonly number[];
  /** Sound is needed so far behind the start of a frame to tell its classes, milliseconds. */
  readonly lookAheadMs: number;
  readonly #network: Network;
  readonly #logMel: LogMel;
  readonly #silent: Float32Array;
  readonly #onFrame: (logPosteriors: Float32Array) => void;

  /**
   * @param onFrame - called for each 10 ms, in order from the first, with the natural logarithm of the probability of each class.
   * The array is used again.
   * @param model - @default the committed one
   */
  constructor(onFrame: (logPosteriors: Float32Array) => void, model: AcousticModel = ACOUSTIC_MODEL) {
    this.#onFrame = onFrame;
    this.#network = new Network(model);
    this.#silent = new Float32Array(model.range.bands).fill(SILENT_FEATURE);
    this.#logMel = new LogMel(model.range, (features) => this.#hear(features));
    this.classes = model.classes;
    this.priors = model.priors;
    this.lookAheadMs = this.#network.lookAheadFrames * FRAME_MS + FRAME_NEEDS_MS;
  }

  /** @param pcm - s16le mono 16 kHz, any length, also odd ones. */
  push(pcm: Uint8Array): void {
    this.#logMel.push(pcm);
  }

  /** The sound has ended: the frames that waited for what follows, one per 10 ms begun in all. */
  end(): void {
    this.#logMel.end();
    for (let n = 0; n < this.#network.lookAheadFrames; n++) this.#hear(this.#silent);
  }

  #hear(features: Float32Array): void {
    const logPosteriors = this.#network.push(features);
    if (logPosteriors !== undefined) this.#onFrame(logPosteriors);
  }
}
