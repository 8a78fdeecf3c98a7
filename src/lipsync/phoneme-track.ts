import type { PhonemeNames } from './phoneme-names.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** More, and the oldest are dropped: days of speech. */
const MAX_HELD = 500_000;
/** A run of closed phonemes is looked at so far; what is longer looks like several. */
const MAX_RUN = 2000;
/** A gap so short is no pause but rounding. */
const MIN_GAP_MS = 1;

/**
 * The phonemes of one sound as far as they are known, without gaps and overlaps, with names of the table.
 */
export class PhonemeTrack {
  readonly names: PhonemeNames;
  #phonemes: TimedPhoneme[] = [];
  #isFinished = false;

  constructor(names: PhonemeNames) {
    this.names = names;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** How far the phonemes are known. */
  get endMs(): number {
    return this.#phonemes.at(-1)?.endMs ?? 0;
  }

  get length(): number {
    return this.#phonemes.length;
  }

  /** In order; what overlaps with what is known is cut off, gaps are a closed mouth. */
  append(phonemes: readonly TimedPhoneme[]): void {
    const { closedName } = this.names.table;
    for (const { phoneme, startMs, endMs } of this.names.map(phonemes)) {
      const atMs = this.endMs;
      if (!(endMs > atMs)) continue;
      const isGap = startMs - atMs >= MIN_GAP_MS;
      if (isGap) this.#add({ phoneme: closedName, startMs: atMs, endMs: startMs });
      this.#add({ phoneme, startMs: isGap ? startMs : atMs, endMs });
    }
    if (this.#phonemes.length > MAX_HELD) this.#phonemes = this.#phonemes.slice(-MAX_HELD);
  }

  /** The same again goes on: else the mouth would dip between the two, and messages be longer. */
  #add(phoneme: TimedPhoneme): void {
    const last = this.#phonemes.at(-1);
    if (last?.phoneme !== phoneme.phoneme) this.#phonemes.push(phoneme);
    else this.#phonemes[this.#phonemes.length - 1] = { ...last, endMs: phoneme.endMs };
  }

  /** No more will come. */
  finish(): void {
    this.#isFinished = true;
  }

  /** Forgets what ended before. */
  dropBefore(positionMs: number): void {
    const from = this.indexAt(positionMs);
    // Moving the rest costs more than keeping a little.
    if (from > 1000) this.#phonemes = this.#phonemes.slice(from);
  }

  at(index: number): TimedPhoneme | undefined {
    return this.#phonemes[index];
  }

  /** The first phoneme that ends after the position; `length` where none does. */
  indexAt(positionMs: number): number {
    let low = 0;
    let high = this.#phonemes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#phonemes[middle]?.endMs ?? 0) > positionMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether the mouth is closed there; beyond what is known it is not known, and false. */
  isClosedAt(index: number): boolean {
    const phoneme = this.#phonemes[index];
    return phoneme !== undefined && this.names.table.isClosed(phoneme.phoneme);
  }

  /** Where the run of closed phonemes that holds `index` ends: the index of the first open one after it. */
  closedRunEnd(index: number): number {
    let end = index;
    while (end - index < MAX_RUN && this.isClosedAt(end)) end++;
    return end;
  }
}
