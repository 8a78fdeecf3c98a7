/** What the browser tells of one moment: this context time was heard at this time of the monotonic clock. */
export interface OutputStamp {
  readonly contextS: number;
  readonly heardAtMs: number;
}

/** Enough that one jittery answer does not matter, few enough to follow a device that is changed. */
const KEPT = 31;
/** Answers that differ by more belong to another device, or to a context that stood still meanwhile. */
const JUMP_MS = 80;

/**
 * When a time of an audio context is heard, on the monotonic clock. Browsers tell it with the jitter of their buffers, up
 * to some ten milliseconds; the median of the last answers does not jump. Pure: answers come from the caller.
 */
export class OutputClock {
  /** Monotonic clock less context time, milliseconds, as they came. */
  #offsetsMs: number[] = [];
  #medianMs: number | undefined;

  add({ contextS, heardAtMs }: OutputStamp): void {
    const offsetMs = heardAtMs - 1000 * contextS;
    if (this.#medianMs !== undefined && Math.abs(offsetMs - this.#medianMs) > JUMP_MS) this.#offsetsMs = [];
    this.#offsetsMs.push(offsetMs);
    if (this.#offsetsMs.length > KEPT) this.#offsetsMs.shift();
    const sorted = this.#offsetsMs.toSorted((a, b) => a - b);
    this.#medianMs = sorted[sorted.length >> 1];
  }

  /** @returns Milliseconds of the monotonic clock; undefined while nothing is known. */
  heardAtMs(contextS: number): number | undefined {
    return this.#medianMs === undefined ? undefined : this.#medianMs + 1000 * contextS;
  }

  /** The context time that is heard then. */
  contextS(nowMs: number): number | undefined {
    return this.#medianMs === undefined ? undefined : (nowMs - this.#medianMs) / 1000;
  }

  forget(): void {
    this.#offsetsMs = [];
    this.#medianMs = undefined;
  }
}

/** What a context tells now, by the best that the browser has; undefined before anything is heard. */
export function outputStamp(context: AudioContext, nowMs: number): OutputStamp | undefined {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
  // Both stand at 0 until the first buffer is heard.
  if (contextTime > 0 && performanceTime > 0) return { contextS: contextTime, heardAtMs: performanceTime };
  if (context.state !== 'running' || context.currentTime === 0) return undefined;
  const latencyMs = 1000 * (context.outputLatency || context.baseLatency || 0);
  return { contextS: context.currentTime, heardAtMs: nowMs + latencyMs };
}
