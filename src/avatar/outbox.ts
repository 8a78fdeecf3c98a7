import type { WireFrame } from '../protocol/index.js';
import type { Clock, Timer } from '../runtime/index.js';

/** Lines allowed at once, and how often another joins them: closer than this they starve the peer's own messages. */
const BURST = 10;
const REFILL_MS = 20;
const MAX_QUEUED = 2000;

export interface Outgoing {
  readonly frame: WireFrame;
  /** The socket has the line. */
  readonly onSent: (nowMs: number) => void;
  /** The connection ended first: it never left. */
  readonly onLost?: () => void;
  /** Whose line it is, for `cancel`. */
  readonly owner?: object;
}

/**
 * Lines on their way to one connection: in order, whole, and not faster than the peer bears. Lives and dies with the
 * connection; what must survive it waits in the lane.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #trySend: (frame: WireFrame) => boolean;
  readonly #queue: Outgoing[] = [];
  /** The first so many of the queue are urgent. */
  #urgent = 0;
  #tokens = BURST;
  #tokensAtMs: number;
  #timer: Timer | undefined;
  #isFlushing = false;
  #isClosed = false;

  constructor(clock: Clock, trySend: (frame: WireFrame) => boolean) {
    this.#clock = clock;
    this.#trySend = trySend;
    this.#tokensAtMs = clock.nowMs();
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Lines that must leave before any more sound. */
  get urgentCount(): number {
    return this.#urgent;
  }

  /** False when the queue is full or the connection gone: the caller refuses with an error. */
  push(line: Outgoing): boolean {
    if (this.#isClosed || this.#queue.length >= MAX_QUEUED) return false;
    this.#queue.push(line);
    this.flush();
    return true;
  }

  /** Ahead of all that waits and of the rate, in order among themselves: what sound depends on, or what is timed to it. */
  pushUrgent(line: Outgoing): void {
    if (this.#isClosed) return;
    this.#queue.splice(this.#urgent, 0, line);
    this.#urgent++;
    this.flush();
  }

  /** Takes back what `owner` has waiting, without a word; returns how many lines that were. */
  cancel(owner: object): number {
    const before = this.#queue.length;
    for (let index = this.#queue.length - 1; index >= 0; index--) {
      if (this.#queue[index]?.owner !== owner) continue;
      this.#queue.splice(index, 1);
      if (index < this.#urgent) this.#urgent--;
    }
    return before - this.#queue.length;
  }

  /** Sends what may go; called again whenever the socket is empty. */
  flush(): void {
    // A line's `onSent` may push another: the loop below takes it in its turn.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      this.#sendAll(this.#clock.nowMs());
    } finally {
      this.#isFlushing = false;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#urgent = 0;
    for (const { onLost } of this.#queue.splice(0)) onLost?.();
  }

  #sendAll(nowMs: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const gained = Math.floor((nowMs - this.#tokensAtMs) / REFILL_MS);
    if (gained > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + gained);
      this.#tokensAtMs += gained * REFILL_MS;
    }
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined) return;
      if (this.#tokens === 0 && this.#urgent === 0) {
        this.#timer = this.#clock.after(this.#tokensAtMs + REFILL_MS - nowMs, () => this.flush());
        return;
      }
      if (!this.#trySend(next.frame)) return;
      this.#queue.shift();
      if (this.#urgent > 0) this.#urgent--;
      this.#tokens = Math.max(0, this.#tokens - 1);
      next.onSent(nowMs);
    }
  }
}
