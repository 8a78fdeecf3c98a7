import { InvalidStateError } from '../../runtime/index.js';
import type { MelRange } from './mel-bands.js';

/** One layer: outputs = activation(weights · inputs + bias). */
export interface ModelLayer {
  /**
   * The inputs of frame n are the outputs of the layer before (of the first layer: the features) of the frames n + tap, one after
   * the other in this order. Ascending; `[0]`: this frame alone.
   */
  readonly taps: readonly number[];
  readonly outputs: number;
  readonly activation: 'relu' | 'linear';
  /** Base64 of int8, row by row: all inputs of output 0, then of output 1… A weight is `int8 · scale of its output`. */
  readonly weights: string;
  /** Base64 of float32, little-endian: one per output. */
  readonly scales: string;
  /** Base64 of float32, little-endian: one per output. */
  readonly biases: string;
}

/** A trained network, as it is committed. Written by the trainer, never by hand. */
export interface AcousticModel {
  readonly range: MelRange;
  /** What the outputs of the last layer mean: names of lip.txt; `sil` among them. */
  readonly classes: readonly string[];
  /** Share of each class in the training material, to take it out again where that helps; sums to 1. */
  readonly priors: readonly number[];
  /** The last one is linear; its outputs are logits, one per class. */
  readonly layers: readonly ModelLayer[];
}

/** A layer with its numbers ready for use. */
export interface DecodedLayer {
  readonly taps: readonly number[];
  /** Of one frame. */
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly isRelu: boolean;
  /** Row by row, scaled. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/**
 * Decodes the weights.
 *
 * @throws {InvalidStateError} the sizes contradict each other: the file of weights is damaged or of another version.
 */
export function decodeLayers({ range, classes, priors, layers }: AcousticModel): readonly DecodedLayer[] {
  let width = range.bands;
  const decoded = layers.map((layer, index) => {
    const one = decodeLayer(layer, width, `layer ${index}`);
    width = layer.outputs;
    return one;
  });
  expectCount('outputs of the last layer', classes.length, width);
  expectCount('priors', classes.length, priors.length);
  if (!classes.includes('sil')) throw wrong('a class sil', classes.join(' '));
  return decoded;
}

function decodeLayer(layer: ModelLayer, width: number, name: string): DecodedLayer {
  const { taps, outputs } = layer;
  const inputs = width * taps.length;
  if (taps.length === 0 || taps.some((tap, n) => !Number.isInteger(tap) || tap <= (taps[n - 1] ?? -1000)))
    throw wrong(`ascending taps of ${name}`, taps.join(' '));
  const quantised = new Int8Array(bytesOf(layer.weights));
  const scales = floatsOf(layer.scales);
  const biases = floatsOf(layer.biases);
  expectCount(`weights of ${name}`, inputs * outputs, quantised.length);
  expectCount(`scales of ${name}`, outputs, scales.length);
  expectCount(`biases of ${name}`, outputs, biases.length);
  const weights = new Float32Array(inputs * outputs);
  for (let n = 0; n < weights.length; n++)
    weights[n] = (quantised[n] ?? 0) * (scales[Math.floor(n / inputs)] ?? 0);
  return { taps, width, inputs, outputs, isRelu: layer.activation === 'relu', weights, biases };
}

function bytesOf(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

function floatsOf(base64: string): Float32Array {
  const view = new DataView(bytesOf(base64));
  return Float32Array.from({ length: view.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
}

function expectCount(what: string, expected: number, got: number): void {
  if (expected !== got) throw wrong(`${expected} ${what}`, `${got}`);
}

function wrong(expected: string, got: string): InvalidStateError {
  return new InvalidStateError(
    `Expected ${expected} in the acoustic model, got ${got}: its weights must be exported again`,
  );
}
