import { type AcousticModel, decodeLayers } from './acoustic-model.js';
import { DenseLayer } from './dense-layer.js';
import { SILENT_FEATURE } from './log-mel.js';

/**
 * Runs an acoustic model over a stream of feature frames. Silence stands before the stream, and is to be pushed behind it
 * (`lookAheadFrames` frames of `SILENT_FEATURE`) to get the outputs of the last frames.
 */
export class Network {
  readonly classes: readonly string[];
  /** Frames that it needs ahead of the one whose output it gives. */
  readonly lookAheadFrames: number;
  readonly #layers: readonly DenseLayer[];
  readonly #logPosteriors: Float32Array;
  /** Outputs that are still before the stream. */
  #missing: number;

  /** @throws {InvalidStateError} the model contradicts itself. */
  constructor(model: AcousticModel) {
    this.classes = model.classes;
    let before = new Float32Array(model.range.bands).fill(SILENT_FEATURE);
    this.#layers = decodeLayers(model).map((decoded) => {
      const layer = new DenseLayer(decoded, before);
      before = layer.outputs.slice();
      return layer;
    });
    this.lookAheadFrames = this.#layers.reduce((sum, layer) => sum + layer.lookAheadFrames, 0);
    this.#missing = this.lookAheadFrames;
    this.#logPosteriors = new Float32Array(model.classes.length);
  }

  /**
   * @param features - of the next frame; not kept.
   * @returns Natural logarithm of the probability of each class, for the frame `lookAheadFrames` before; undefined while that is
   * before the stream. The array is used again.
   */
  push(features: Float32Array): Float32Array | undefined {
    let frame = features;
    for (let n = 0; n < this.#layers.length; n++) {
      const layer = this.#layers[n] as DenseLayer;
      layer.push(frame);
      frame = layer.outputs;
    }
    if (this.#missing > 0) {
      this.#missing--;
      return undefined;
    }
    return this.#logSoftmax(frame);
  }

  #logSoftmax(logits: Float32Array): Float32Array {
    const out = this.#logPosteriors;
    let max = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < out.length; n++) max = Math.max(max, logits[n] as number);
    let sum = 0;
    for (let n = 0; n < out.length; n++) sum += Math.exp((logits[n] as number) - max);
    const logSum = max + Math.log(sum);
    for (let n = 0; n < out.length; n++) out[n] = (logits[n] as number) - logSum;
    return out;
  }
}
