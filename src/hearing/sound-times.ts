const MAX_KEPT = 256;

interface Stretch {
  readonly fromMs: number;
  untilMs: number;
}

/** When a loudspeaker sounds: stretches of time, the oldest first. */
export class SoundTimes {
  #stretches: Stretch[] = [];

  /** What follows a stretch at once makes it longer; a stretch without end ends where the next is told. */
  add(fromMs: number, untilMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && last.untilMs === Number.POSITIVE_INFINITY && untilMs !== last.untilMs)
      last.untilMs = Math.max(last.fromMs, untilMs);
    else if (last !== undefined && fromMs >= last.fromMs && fromMs <= last.untilMs + 1)
      last.untilMs = Math.max(last.untilMs, untilMs);
    else this.#stretches.push({ fromMs, untilMs });
    if (this.#stretches.length > MAX_KEPT) this.#stretches.shift();
  }

  /** Nothing sounds from this moment on. */
  stop(fromMs: number): void {
    this.#stretches = this.#stretches.filter((stretch) => stretch.fromMs < fromMs);
    for (const stretch of this.#stretches) stretch.untilMs = Math.min(stretch.untilMs, fromMs);
  }

  /** Whether it sounds at this moment, or did within `tailMs` before. Asked with times that rise. */
  isSounding(atMs: number, tailMs: number): boolean {
    while ((this.#stretches[0]?.untilMs ?? Number.POSITIVE_INFINITY) + tailMs < atMs) this.#stretches.shift();
    for (let index = 0; index < this.#stretches.length; index++) {
      const stretch = this.#stretches[index];
      if (stretch !== undefined && atMs >= stretch.fromMs && atMs <= stretch.untilMs + tailMs) return true;
    }
    return false;
  }
}
