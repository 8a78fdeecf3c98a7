import type { Clock, Timer } from '../runtime/index.js';

/** Something with deadlines. The scheduler alone calls `run`, on or shortly after `dueMs`. */
export interface Paced {
  /** Absolute deadline on the scheduler's clock; read after every `run`. Infinity: asleep until `wake`. */
  readonly dueMs: number;
  run(nowMs: number): void;
  /** Its `run` threw: it will not be called again unless it is woken. */
  failed?(error: unknown): void;
}

interface Entry {
  readonly paced: Paced;
  dueMs: number;
  /** Place in the heap, -1 when not in it. */
  index: number;
}

/** Deadlines this close count as due: timers have a granularity of 1 ms, and waking twice costs more. */
const EARLY_MS = 0.5;
/** Ticks are at least so far apart: each costs a turn of the loop. */
const APART_MS = 1;

/**
 * One timer for one stream or thousands: a heap of absolute deadlines.
 *
 * Deadlines are kept by those who own them, so that a late wake-up never moves the next deadline. A `run` that throws is
 * removed, told so and reported: the others go on.
 */
export class PaceScheduler {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #heap: Entry[] = [];
  readonly #entries = new Map<Paced, Entry>();
  #timer: Timer | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #isRunning = false;
  /** When the last tick ended. */
  #tickedMs = Number.NEGATIVE_INFINITY;
  /** What is woken while a tick runs waits for the next one. */
  #earliestMs = Number.NEGATIVE_INFINITY;
  readonly #onTimer = (): void => this.#tick();

  constructor(clock: Clock, onError: (error: unknown) => void = () => {}) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Entries that wait for a deadline. */
  get size(): number {
    return this.#heap.length;
  }

  /** Adds `paced`, or reads its deadline again after it changed. */
  wake(paced: Paced): void {
    let entry = this.#entries.get(paced);
    if (entry === undefined) {
      entry = { paced, dueMs: Number.POSITIVE_INFINITY, index: -1 };
      this.#entries.set(paced, entry);
    }
    this.#place(entry, Math.max(paced.dueMs, this.#earliestMs));
    if (!this.#isRunning) this.#arm();
  }

  remove(paced: Paced): void {
    const entry = this.#entries.get(paced);
    if (entry === undefined) return;
    this.#entries.delete(paced);
    this.#place(entry, Number.POSITIVE_INFINITY);
    if (!this.#isRunning) this.#arm();
  }

  #tick(): void {
    this.#timer = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#isRunning = true;
    const startMs = this.#clock.nowMs();
    // Measured against the tick's start: entries made due by this tick wait for the next, so that I/O is not starved.
    this.#earliestMs = startMs + APART_MS;
    let nowMs = startMs;
    try {
      for (;;) {
        const entry = this.#heap[0];
        if (entry === undefined || entry.dueMs > startMs + EARLY_MS) break;
        this.#place(entry, Number.POSITIVE_INFINITY);
        this.#run(entry, nowMs);
        nowMs = this.#clock.nowMs();
      }
    } finally {
      this.#isRunning = false;
      this.#tickedMs = nowMs;
      this.#earliestMs = Number.NEGATIVE_INFINITY;
      this.#arm();
    }
  }

  #run(entry: Entry, nowMs: number): void {
    const { paced } = entry;
    try {
      paced.run(nowMs);
      // It may have been removed, or removed and added again, by its own run.
      if (this.#entries.get(paced) === entry) this.#place(entry, Math.max(paced.dueMs, this.#earliestMs));
    } catch (error) {
      if (this.#entries.get(paced) === entry) this.remove(paced);
      paced.failed?.(error);
      this.#onError(error);
    }
  }

  #arm(): void {
    const dueMs = this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    if (dueMs === this.#timerDueMs) return;
    // A timer that is only too early is left: it re-arms when it fires, and cancelling costs on every unit.
    if (this.#timer !== undefined && this.#timerDueMs < dueMs && dueMs !== Number.POSITIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(this.#waitMs(dueMs), this.#onTimer);
  }

  /** What counts as due runs at once, unless a tick has just been: thousands of streams are run together, once a millisecond. */
  #waitMs(dueMs: number): number {
    const nowMs = this.#clock.nowMs();
    const leftMs = dueMs - nowMs;
    if (leftMs > EARLY_MS) return leftMs;
    return nowMs - this.#tickedMs < APART_MS ? APART_MS : 0;
  }

  #place(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) {
      if (entry.index !== -1) this.#takeOut(entry);
      return;
    }
    if (entry.index === -1) {
      entry.index = this.#heap.length;
      this.#heap.push(entry);
    }
    this.#down(entry, this.#up(entry));
  }

  #takeOut(entry: Entry): void {
    const last = this.#heap.pop();
    const index = entry.index;
    entry.index = -1;
    if (last === undefined || last === entry) return;
    last.index = index;
    this.#heap[index] = last;
    this.#down(last, this.#up(last));
  }

  #up(entry: Entry): number {
    let index = entry.index;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.dueMs <= entry.dueMs) break;
      this.#heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    this.#heap[index] = entry;
    entry.index = index;
    return index;
  }

  #down(entry: Entry, from: number): void {
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = this.#heap[childIndex];
      const right = this.#heap[childIndex + 1];
      if (child !== undefined && right !== undefined && right.dueMs < child.dueMs) {
        child = right;
        childIndex++;
      }
      if (child === undefined || child.dueMs >= entry.dueMs) break;
      this.#heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    this.#heap[index] = entry;
    entry.index = index;
  }
}
