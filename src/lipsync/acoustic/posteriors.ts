import type { AcousticModel } from './acoustic-model.js';
import { FRAME_MS } from './log-mel.js';
import { classOf } from './phoneme-classes.js';
import { PosteriorStream } from './posterior-stream.js';

/** Probabilities of classes, frame by frame. */
export interface PosteriorFrames {
  /** Names of lip.txt, as the model has them. */
  readonly classes: readonly string[];
  /** Share of each class in the training material. */
  readonly priors: readonly number[];
  /** How many frames are known; one per 10 ms from the start of the sound. */
  readonly frames: number;
  /** Natural logarithm of the probability of each class; a view, not to be changed. */
  at(frame: number): Float32Array;
}

/** What was heard of one sound, kept frame by frame: 6 KB per second. */
export class Posteriors implements PosteriorFrames {
  readonly classes: readonly string[];
  readonly priors: readonly number[];
  /** Sound is needed so far behind the start of a frame to tell its classes, milliseconds. */
  readonly lookAheadMs: number;
  readonly #stream: PosteriorStream;
  #values = new Float32Array(0);
  #frames = 0;

  /** @param model - @default the committed one */
  constructor(model?: AcousticModel) {
    this.#stream = new PosteriorStream((frame) => this.#keep(frame), model);
    this.classes = this.#stream.classes;
    this.priors = this.#stream.priors;
    this.lookAheadMs = this.#stream.lookAheadMs;
  }

  get frames(): number {
    return this.#frames;
  }

  /** @param pcm - s16le mono 16 kHz, any length, also odd ones. */
  push(pcm: Uint8Array): void {
    this.#stream.push(pcm);
  }

  /** The sound has ended. */
  end(): void {
    this.#stream.end();
  }

  at(frame: number): Float32Array {
    const count = this.classes.length;
    return this.#values.subarray(frame * count, (frame + 1) * count);
  }

  /**
   * Which of these phonemes it rather is: for timings that tell only that it is one of them, as Azure's Japanese viseme 4 is
   * `u` or `e`. Of two of the same class, and where nothing is known yet, the first.
   *
   * @param names - lip.txt names, at least one.
   */
  likeliest(names: readonly [string, ...string[]], startMs: number, endMs: number): string {
    const from = Math.max(0, Math.round(startMs / FRAME_MS));
    const to = Math.min(this.#frames, Math.max(from + 1, Math.round(endMs / FRAME_MS)));
    let best: string = names[0];
    let bestSum = Number.NEGATIVE_INFINITY;
    for (const name of names) {
      const index = this.classes.indexOf(classOf(name));
      let sum = 0;
      for (let frame = from; frame < to; frame++) sum += this.at(frame)[index] ?? 0;
      if (sum <= bestSum) continue;
      best = name;
      bestSum = sum;
    }
    return best;
  }

  #keep(frame: Float32Array): void {
    const at = this.#frames * frame.length;
    if (at + frame.length > this.#values.length) {
      const larger = new Float32Array(Math.max(100 * frame.length, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(frame, at);
    this.#frames++;
  }
}
