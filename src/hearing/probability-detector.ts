import type { FrameDetector } from './frame-detector.js';
import { PROBABILITY_WINDOW_SAMPLES, type VoiceProbability } from './voice-probability.js';

const FULL_SCALE = 32_768;
/** As likely as this begins a voice … */
const BEGIN = 0.5;
/** … and it goes on while it is as likely as this. */
const STAY = 0.35;

/** Windows of 512 samples out of frames of 320: a frame has the answer of the last whole window. Allocates nothing for a frame. */
export class ProbabilityDetector implements FrameDetector {
  readonly clearDb = Number.POSITIVE_INFINITY;
  readonly takesClicks = false;
  readonly #engine: VoiceProbability;
  readonly #window = new Float32Array(PROBABILITY_WINDOW_SAMPLES);
  #filled = 0;
  #isVoice = false;

  constructor(engine: VoiceProbability) {
    this.#engine = engine;
  }

  isVoice(samples: Int16Array): boolean {
    for (let index = 0; index < samples.length; index++) {
      this.#window[this.#filled++] = (samples[index] ?? 0) / FULL_SCALE;
      if (this.#filled < PROBABILITY_WINDOW_SAMPLES) continue;
      this.#filled = 0;
      this.#isVoice = this.#engine.probability(this.#window) >= (this.#isVoice ? STAY : BEGIN);
    }
    return this.#isVoice;
  }

  reset(): void {
    this.#filled = 0;
    this.#isVoice = false;
    this.#engine.reset();
  }

  close(): void {
    this.#engine.close();
  }
}
