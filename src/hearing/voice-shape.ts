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
const KEPT_STEPS = 3 * FRAME_STEPS;
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
  /** Whether a pitch is heard that does not die away. */
  isPitched = false;
  /** Whether the level of the high tones is even. */
  isEven = false;

  /** @param samples - 320 of s16 at 16 000 Hz, consecutive. Not kept. */
  measure(samples: Int16Array): void {
    this.#keepLow(samples);
    this.isPitched = this.#ringingDb() <= MAX_RINGING_DB && this.#periodicity() >= PITCHED;
    this.#keepBlocks(samples);
    this.isEven = this.#areBlocksEven();
  }

  reset(): void {
    this.#low.fill(0);
    this.#blocks.fill(0);
    this.#first = this.#second = this.#mean = this.#lastSample = 0;
    this.isPitched = this.isEven = false;
  }

  #keepLow(samples: Int16Array): void {
    this.#low.copyWithin(0, FRAME_STEPS);
    for (let step = 0; step < FRAME_STEPS; step++) {
      let sum = 0;
      for (let n = step * STEP_SAMPLES; n < (step + 1) * STEP_SAMPLES; n++) {
        this.#first += LOW_PASS * ((samples[n] as number) - this.#first);
        this.#second += LOW_PASS * (this.#first - this.#second);
        sum += this.#second;
      }
      const value = sum / STEP_SAMPLES;
      this.#mean += HIGH_PASS * (value - this.#mean);
      this.#low[KEPT_STEPS - FRAME_STEPS + step] = value - this.#mean;
    }
  }

  /** @returns How alike the window is to itself one period before, at the period that fits best, 0 … 1. */
  #periodicity(): number {
    const power = this.#windowPower();
    let best = 0;
    let before = 0;
    let last = this.#likeness(SHORTEST_LAG, power);
    for (let lag = SHORTEST_LAG + 1; lag <= LONGEST_LAG; lag++) {
      const next = this.#likeness(lag, power);
      // At either end of the lags a slow slope is alike to itself: only a summit is a period.
      if (lag > SHORTEST_LAG + 1 && last >= before && last >= next) best = Math.max(best, last);
      before = last;
      last = next;
    }
    return best;
  }

  #windowPower(): number {
    let power = SILENCE;
    for (let step = KEPT_STEPS - WINDOW_STEPS; step < KEPT_STEPS; step++)
      power += (this.#low[step] as number) ** 2;
    return power;
  }

  /** @param power - of the window. */
  #likeness(lag: number, power: number): number {
    const low = this.#low;
    let [crossed, earlier] = [0, SILENCE];
    for (let step = KEPT_STEPS - WINDOW_STEPS; step < KEPT_STEPS; step++) {
      const b = low[step - lag] as number;
      crossed += (low[step] as number) * b;
      earlier += b * b;
    }
    return crossed / Math.sqrt(power * earlier);
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

  #areBlocksEven(): boolean {
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
}
