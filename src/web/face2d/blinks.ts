/** Shutting is quicker than opening. */
const SHUT_MS = 70;
const OPEN_MS = 120;
/** People blink every few seconds, never evenly, and now and then twice. */
const SHORTEST_MS = 900;
const USUAL_MS = 3600;
const LONGEST_MS = 9000;
const DOUBLE_CHANCE = 0.16;
const DOUBLE_GAP_MS = 130;

/** When eyes blink. Pure: times and chance come from the caller. */
export class Blinks {
  readonly #random: () => number;
  #nextMs: number;

  /** @param random - 0 … 1. */
  constructor(random: () => number, nowMs = 0) {
    this.#random = random;
    this.#nextMs = nowMs + this.#pauseMs();
  }

  /** How far the lids are open for it, 0 … 1. Times must not go back. */
  lidsAt(nowMs: number): number {
    const sinceMs = nowMs - this.#nextMs;
    if (sinceMs < 0) return 1;
    if (sinceMs < SHUT_MS) return 1 - ease(sinceMs / SHUT_MS);
    if (sinceMs < SHUT_MS + OPEN_MS) return ease((sinceMs - SHUT_MS) / OPEN_MS);
    const isDouble = this.#random() < DOUBLE_CHANCE;
    this.#nextMs = nowMs + (isDouble ? DOUBLE_GAP_MS : this.#pauseMs());
    return 1;
  }

  /** Blinks at once, as people do when they look elsewhere or their face changes. */
  now(nowMs: number): void {
    if (nowMs < this.#nextMs) this.#nextMs = nowMs;
  }

  /** Many short pauses and few long ones. */
  #pauseMs(): number {
    const drawn = -Math.log(1 - Math.min(0.999, this.#random()));
    return Math.min(LONGEST_MS, SHORTEST_MS + (USUAL_MS - SHORTEST_MS) * drawn);
  }
}

function ease(part: number): number {
  return part * part * (3 - 2 * part);
}
