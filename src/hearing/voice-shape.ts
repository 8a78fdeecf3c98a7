const FRAME_SAMPLES = 320;
/** 4000 samples a second are enough for the pitch of a voice and its first harmonics. */
const STEP_SAMPLES = 4;
const FRAME_STEPS = FRAME_SAMPLES / STEP_SAMPLES;
/** Two low passes of one pole each, at about 1 kHz, and a high pass at about 60 Hz. */
const LOW_PASS = 0.35;
const HIGH_PASS = 0.1;
/** 30 ms are compared with what was 2.25 to 14 ms before them: pitches of 71 to 444 Hz. */
const WINDOW_STEPS = 120;
const SHORTEST_LAG = 8;
const LONGEST_LAG = 57;
const LAGS = LONGEST_LAG - SHORTEST_LAG + 1;
const KEPT_STEPS = 3 * FRAME_STEPS;
/** Used within one call, by all. */
const LIKENESS = new Float64Array(LAGS);
/** Squares of s16 that are no sound. */
const SILENCE = 1e4;
/** So alike are the periods of a voice: of the voiced frames of speech 69 % and more, of those of typing 6 % and less. */
const PITCHED = 0.7;
/** Who speaks does not fall by this in 20 ms; what was struck and rings does. */
const MAX_RINGING_DB = 2;
const BLOCK_SAMPLES = 80;
const BLOCKS = 8;
/** How far the blocks of a hiss (an s, a whisper) scatter, mean against geometric mean, and how far they may fall. */
const MAX_SCATTER_DB = 0.7;
const MAX_FALL_DB = 0.5;

/**
 * What the last 40 ms of a sound are like: a voice has a pitch, an s or a whisper is a hiss that keeps its level; a key, a mouse or
 * a cup is neither. Allocates nothing after construction.
 */
export class VoiceShape {
  readonly #low = new Float64Array(KEPT_STEPS);
  readonly #blocks = new Float64Array(BLOCKS);
  #first = 0;
  #second = 0;
  #mean = 0;
  #lastSample = 0;

  /** @param samples - 320 of s16 at 16 000 Hz, consecutive. Not kept. */
  measure(samples: Int16Array): void {
    this.#keepLow(samples);
    this.#keepBlocks(samples);
  }

  /** Whether a pitch is heard that does not die away: worked out when it is asked, it is the dearest question about a frame. */
  get isPitched(): boolean {
    return this.#ringingDb() <= MAX_RINGING_DB && this.#hasPeriod();
  }

  /** Whether the level of the high tones is even. */
  get isEven(): boolean {
    let [early, late, logs] = [0, 0, 0];
    for (let block = 0; block < BLOCKS; block++) {
      const power = this.#blocks[block] as number;
      if (block < BLOCKS / 2) early += power;
      else late += power;
      logs += Math.log10(power);
    }
    const scatterDb = 10 * (Math.log10((early + late) / BLOCKS) - logs / BLOCKS);
    return scatterDb <= MAX_SCATTER_DB && 10 * Math.log10(early / late) <= MAX_FALL_DB;
  }

  reset(): void {
    this.#low.fill(0);
    this.#blocks.fill(0);
    this.#first = this.#second = this.#mean = this.#lastSample = 0;
  }

  #keepLow(samples: Int16Array): void {
    const low = this.#low.copyWithin(0, FRAME_STEPS);
    let first = this.#first;
    let second = this.#second;
    let mean = this.#mean;
    for (let step = 0; step < FRAME_STEPS; step++) {
      let sum = 0;
      for (let n = step * STEP_SAMPLES; n < (step + 1) * STEP_SAMPLES; n++) {
        first += LOW_PASS * ((samples[n] as number) - first);
        second += LOW_PASS * (first - second);
        sum += second;
      }
      const value = sum / STEP_SAMPLES;
      mean += HIGH_PASS * (value - mean);
      low[KEPT_STEPS - FRAME_STEPS + step] = value - mean;
    }
    this.#first = first;
    this.#second = second;
    this.#mean = mean;
  }

  /** Whether the window is alike to itself one period before. */
  #hasPeriod(): boolean {
    const likeness = likenesses(this.#low, this.#windowPower());
    // At either end of the lags a slow slope is alike to itself: only a summit is a period.
    for (let at = 1; at < LAGS - 1; at++) {
      const here = likeness[at] as number;
      if (here >= PITCHED && here >= (likeness[at - 1] as number) && here >= (likeness[at + 1] as number))
        return true;
    }
    return false;
  }

  #windowPower(): number {
    let power = SILENCE;
    for (let step = KEPT_STEPS - WINDOW_STEPS; step < KEPT_STEPS; step++)
      power += (this.#low[step] as number) ** 2;
    return power;
  }

  /** How much softer the low tones are than in the frame before. */
  #ringingDb(): number {
    let [before, now] = [1, 1];
    for (let step = KEPT_STEPS - FRAME_STEPS; step < KEPT_STEPS; step++) {
      before += (this.#low[step - FRAME_STEPS] as number) ** 2;
      now += (this.#low[step] as number) ** 2;
    }
    return 10 * Math.log10(before / now);
  }

  /** Differences of samples lean towards high tones, where a hiss is. */
  #keepBlocks(samples: Int16Array): void {
    this.#blocks.copyWithin(0, BLOCKS / 2);
    for (let block = 0; block < BLOCKS / 2; block++) {
      let sum = 1;
      for (let n = block * BLOCK_SAMPLES; n < (block + 1) * BLOCK_SAMPLES; n++) {
        const sample = samples[n] as number;
        sum += (sample - this.#lastSample) ** 2;
        this.#lastSample = sample;
      }
      this.#blocks[BLOCKS / 2 + block] = sum;
    }
  }
}

/**
 * How alike the window is to what was so long before it, for each lag from the shortest on; -1 … 1. Two lags at a time, so that the
 * sums of one need not wait for each other.
 *
 * @param power - of the window.
 * @returns Good until the next call.
 */
function likenesses(low: Float64Array, power: number): Float64Array {
  for (let at = 0; at < LAGS; at += 2) {
    const lag = SHORTEST_LAG + at;
    let [crossed, earlier, crossedNext, earlierNext] = [0, SILENCE, 0, SILENCE];
    let next = low[KEPT_STEPS - WINDOW_STEPS - lag - 1] as number;
    for (let step = KEPT_STEPS - WINDOW_STEPS; step < KEPT_STEPS; step++) {
      const now = low[step] as number;
      const before = low[step - lag] as number;
      crossed += now * before;
      earlier += before * before;
      crossedNext += now * next;
      earlierNext += next * next;
      next = before;
    }
    LIKENESS[at] = crossed / Math.sqrt(power * earlier);
    LIKENESS[at + 1] = crossedNext / Math.sqrt(power * earlierNext);
  }
  return LIKENESS;
}
