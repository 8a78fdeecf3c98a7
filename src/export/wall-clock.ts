interface WallAnchor {
  readonly atMs: number;
  readonly wallMs: number;
}

/** The wall clock of a recording, across its steps. */
export class WallClock {
  /** In order. */
  readonly #anchors: WallAnchor[];

  /** @param beginWallMs - at the beginning of the recording, ms since 1970. */
  constructor(beginWallMs: number) {
    this.#anchors = [{ atMs: 0, wallMs: beginWallMs }];
  }

  /** How often it was stepped. */
  get steps(): number {
    return this.#anchors.length - 1;
  }

  /** From `atMs` of the recording on it goes from `wallMs`. */
  step(atMs: number, wallMs: number): void {
    const last = this.#anchors.at(-1);
    if (last !== undefined && last.atMs > atMs) return;
    this.#anchors.push({ atMs, wallMs });
  }

  /** Milliseconds since 1970 at `atMs` of the recording. */
  wallMs(atMs: number): number {
    let low = 0;
    let high = this.#anchors.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#anchors[middle]?.atMs ?? 0) <= atMs) low = middle;
      else high = middle - 1;
    }
    const anchor = this.#anchors[low];
    return anchor === undefined ? atMs : anchor.wallMs + (atMs - anchor.atMs);
  }

  /** The same as `2026-01-31T12:00:00.000Z`; empty beyond what dates can say. */
  wallIso(atMs: number): string {
    const date = new Date(this.wallMs(atMs));
    return Number.isNaN(date.getTime()) ? '' : date.toISOString();
  }
}
