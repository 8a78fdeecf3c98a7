import type { DecodedLayer } from './acoustic-model.js';

/** Outputs that are summed at a time: their sums stay in registers, and each input is read once for all of them. */
const LANES = 8;

/** One layer over a stream of frames: keeps as many as its taps reach, and knows what silence before the stream gives. */
export class DenseLayer {
  /** Frames that it needs ahead. */
  readonly lookAheadFrames: number;
  /** Of the newest output; used again for the next. */
  readonly outputs: Float32Array;
  readonly #layer: DecodedLayer;
  /** By blocks of lanes, then by input, then by lane. */
  readonly #packed: Float32Array;
  readonly #inputs: Float32Array;
  /** The frames that the taps reach, in a ring. */
  readonly #history: Float32Array;
  readonly #depth: number;
  #at = 0;

  /** @param before - a frame that repeats without end before the stream. */
  constructor(layer: DecodedLayer, before: Float32Array) {
    const first = Math.min(0, layer.taps[0] ?? 0);
    this.lookAheadFrames = Math.max(0, layer.taps.at(-1) ?? 0);
    this.#layer = layer;
    this.#packed = pack(layer);
    this.outputs = new Float32Array(Math.ceil(layer.outputs / LANES) * LANES);
    this.#inputs = new Float32Array(layer.inputs);
    this.#depth = this.lookAheadFrames - first + 1;
    this.#history = new Float32Array(this.#depth * layer.width);
    for (let n = 0; n < this.#depth; n++) this.#history.set(before.subarray(0, layer.width), n * layer.width);
    // What is before the stream gives to the next layer.
    this.#run();
  }

  /**
   * The next frame of the stream. `outputs` then holds those of the frame `lookAheadFrames` before it, also where that is before
   * the stream.
   *
   * @param frame - at least as long as a frame is; not kept.
   */
  push(frame: Float32Array): void {
    const { width } = this.#layer;
    const from = this.#at * width;
    const history = this.#history;
    for (let n = 0; n < width; n++) history[from + n] = frame[n] as number;
    this.#at = (this.#at + 1) % this.#depth;
    this.#run();
  }

  #run(): void {
    this.#gather();
    const { inputs: inputCount, outputs: outputCount, biases, isRelu } = this.#layer;
    const x = this.#inputs;
    const w = this.#packed;
    const out = this.outputs;
    let p = 0;
    for (let o = 0; o < outputCount; o += LANES) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let s4 = 0;
      let s5 = 0;
      let s6 = 0;
      let s7 = 0;
      for (let i = 0; i < inputCount; i++, p += LANES) {
        const value = x[i] as number;
        s0 += value * (w[p] as number);
        s1 += value * (w[p + 1] as number);
        s2 += value * (w[p + 2] as number);
        s3 += value * (w[p + 3] as number);
        s4 += value * (w[p + 4] as number);
        s5 += value * (w[p + 5] as number);
        s6 += value * (w[p + 6] as number);
        s7 += value * (w[p + 7] as number);
      }
      out[o] = s0;
      out[o + 1] = s1;
      out[o + 2] = s2;
      out[o + 3] = s3;
      out[o + 4] = s4;
      out[o + 5] = s5;
      out[o + 6] = s6;
      out[o + 7] = s7;
    }
    for (let o = 0; o < outputCount; o++) {
      const sum = (out[o] as number) + (biases[o] as number);
      out[o] = isRelu && sum < 0 ? 0 : sum;
    }
  }

  /** The oldest frame of the ring is the one that the first tap reaches. */
  #gather(): void {
    const { taps, width } = this.#layer;
    const oldest = this.#depth - 1 - this.lookAheadFrames;
    let to = 0;
    for (let t = 0; t < taps.length; t++) {
      const from = ((this.#at + oldest + (taps[t] as number)) % this.#depth) * width;
      for (let n = 0; n < width; n++) this.#inputs[to++] = this.#history[from + n] as number;
    }
  }
}

function pack({ inputs, outputs, weights }: DecodedLayer): Float32Array {
  const blocks = Math.ceil(outputs / LANES);
  const packed = new Float32Array(blocks * inputs * LANES);
  for (let output = 0; output < outputs; output++) {
    const block = Math.floor(output / LANES);
    for (let input = 0; input < inputs; input++)
      packed[(block * inputs + input) * LANES + (output % LANES)] = weights[output * inputs + input] ?? 0;
  }
  return packed;
}
