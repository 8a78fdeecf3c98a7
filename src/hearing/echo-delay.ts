import { BANDS } from './band-powers.js';

/** Groups of bands whose levels rise and fall together. */
export const GROUPS = 4;
/** First band of each group, and the end of the last. */
export const FIRST_BAND = [0, 3, 6, 9, BANDS];
/** Delays that are looked at: from -40 ms (a player's clock that is a little off) to 520 ms, in slots of 10 ms. */
export const FIRST_LAG = -4;
export const LAGS = 57;
const HISTORY = LAGS;
/** Five seconds. */
const KEEP = 0.998;
/** Half a second: what stays longer is no syllable. */
const MEAN = 0.02;
/** So alike must both be that one is the echo of the other. */
const ALIKE = 0.45;
/** Another delay is believed when it fits better by this. */
const BETTER = 0.05;
const ENOUGH_SLOTS = 60;

/** Finds how much later the microphone has what the loudspeaker plays: the lag at which the levels of both go together. */
export class EchoDelay {
  readonly #crossed = new Float64Array(LAGS);
  readonly #playedSquares = new Float64Array(LAGS);
  #heardSquares = 0;
  /** Levels of what was played, from the newest slot that is looked at backwards, used in turn. */
  readonly #history = new Float64Array(HISTORY * GROUPS);
  readonly #heardMean: Float64Array;
  readonly #playedMean = new Float64Array(GROUPS);
  readonly #heard = new Float64Array(GROUPS);
  #slots = 0;
  #evidence = 0;
  /** Of them, those that speak of the delay that is believed. */
  #seen = 0;
  #lag: number | undefined;
  /** How alike both are at the lag that fits best, -1 … 1. */
  likeness = 0;

  /** @param heardMean - of each group, the mean of what was heard before; changed from now on. */
  constructor(heardMean: Float64Array) {
    this.#heardMean = heardMean;
  }

  /** Slots of 10 ms; undefined until it is known. */
  get lag(): number | undefined {
    return this.#lag;
  }

  /** Slots in which something was played. */
  get evidence(): number {
    return this.#evidence;
  }

  /**
   * @param heardDb - of each group, above the room's noise.
   * @param playedDb - of each group, in the slot that is `-FIRST_LAG` after this one.
   * @param isPlaying - whether anything was played within the delays that are looked at.
   */
  add(heardDb: Float64Array, playedDb: Float64Array, isPlaying: boolean): void {
    const place = (this.#slots++ % HISTORY) * GROUPS;
    for (let group = 0; group < GROUPS; group++) {
      this.#heard[group] = withoutMean(this.#heardMean, group, heardDb[group] as number);
      this.#history[place + group] = withoutMean(this.#playedMean, group, playedDb[group] as number);
    }
    if (!isPlaying) return;
    this.#evidence++;
    this.#seen++;
    this.#correlate();
    if (this.#seen >= ENOUGH_SLOTS && this.#seen % 5 === 0) this.#choose();
  }

  /** The echo comes with this delay now: what was seen before says nothing any more. */
  restart(lag: number): void {
    this.#crossed.fill(0);
    this.#playedSquares.fill(0);
    this.#heardSquares = 0;
    this.#seen = 0;
    this.#lag = lag;
  }

  #correlate(): void {
    let squares = 0;
    for (let group = 0; group < GROUPS; group++) squares += (this.#heard[group] as number) ** 2;
    this.#heardSquares = KEEP * this.#heardSquares + squares;
    for (let lag = 0; lag < LAGS; lag++) {
      const place = ((this.#slots - 1 - lag + HISTORY) % HISTORY) * GROUPS;
      let crossed = 0;
      let played = 0;
      for (let group = 0; group < GROUPS; group++) {
        const level = this.#history[place + group] as number;
        crossed += level * (this.#heard[group] as number);
        played += level * level;
      }
      this.#crossed[lag] = KEEP * (this.#crossed[lag] as number) + crossed;
      this.#playedSquares[lag] = KEEP * (this.#playedSquares[lag] as number) + played;
    }
  }

  #choose(): void {
    let best = 0;
    for (let lag = 1; lag < LAGS; lag++) if (this.#likeness(lag) > this.#likeness(best)) best = lag;
    this.likeness = this.#likeness(best);
    if (this.likeness < ALIKE) return;
    const current = this.#lag;
    if (current === undefined || this.likeness > this.#likeness(current - FIRST_LAG) + BETTER)
      this.#lag = best + FIRST_LAG;
  }

  #likeness(lag: number): number {
    const product = this.#heardSquares * (this.#playedSquares[lag] as number);
    return product > 0 ? (this.#crossed[lag] as number) / Math.sqrt(product) : 0;
  }
}

/** Slots that `playedDb` of `EchoDelay.add` is ahead. */
export const AHEAD_SLOTS = -FIRST_LAG;

/** Moves the mean of a group towards the value. @returns How far the value is above it. */
export function withoutMean(means: Float64Array, group: number, value: number): number {
  const mean = (means[group] as number) + MEAN * (value - (means[group] as number));
  means[group] = mean;
  return value - mean;
}
