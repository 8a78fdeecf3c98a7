/** Where a stretch of sound goes. */
export interface Place {
  /** Of the audio clock, seconds. */
  readonly atS: number;
  /** So much of its beginning was there already, milliseconds. */
  readonly skipMs: number;
}

interface Run {
  readonly fromMs: number;
  toMs: number;
  readonly atS: number;
}

/** How far ahead of the audio clock a reply begins: what a network may jitter. */
const LEAD_S = 0.12;
/** Each time it did not suffice, it grows by half. */
const LEAD_GROWTH = 1.5;
const MAX_LEAD_S = 0.6;
/** Sound that is to begin sooner than this is late: the audio thread has its next blocks already. */
const MIN_LEAD_S = 0.01;
/** Times that fit this well follow each other without a gap: servers may tell whole milliseconds only. */
const SEAM_MS = 3;

/**
 * When each position of one reply is played, on an audio clock of one rate. Pure: times come from the caller.
 *
 * Stretches that follow each other in the reply follow each other to the sample; one that comes too late moves itself and all that
 * comes after it; a gap in the reply is a gap in time.
 */
export class ReplySchedule {
  readonly #rateHz: number;
  readonly #runs: Run[] = [];
  #leadS: number;

  /** @param leadS - what earlier replies needed. */
  constructor(rateHz: number, leadS = LEAD_S) {
    this.#rateHz = rateHz;
    this.#leadS = leadS;
  }

  get leadS(): number {
    return this.#leadS;
  }

  /** Nothing was placed yet. */
  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Position behind the last sample, milliseconds. */
  get endMs(): number {
    return this.#runs.at(-1)?.toMs ?? 0;
  }

  /** When the last sample is over, on the audio clock. */
  get endS(): number {
    const last = this.#runs.at(-1);
    return last === undefined ? 0 : last.atS + (last.toMs - last.fromMs) / 1000;
  }

  /**
   * @param nowS - of the audio clock.
   * @param notBeforeS - when the sound before this reply is over.
   * @returns undefined: all of it was there already.
   */
  place(fromMs: number, durationMs: number, nowS: number, notBeforeS = 0): Place | undefined {
    const last = this.#runs.at(-1);
    if (last === undefined) return this.#begin(fromMs, durationMs, Math.max(nowS + this.#leadS, notBeforeS));
    const skipMs = last.toMs - fromMs > SEAM_MS ? last.toMs - fromMs : 0;
    const leftMs = durationMs - skipMs;
    if (leftMs <= 0) return undefined;
    const gapMs = fromMs - last.toMs > SEAM_MS ? fromMs - last.toMs : 0;
    const wantedS = this.endS + gapMs / 1000;
    if (wantedS < nowS + MIN_LEAD_S) {
      this.#leadS = Math.min(MAX_LEAD_S, this.#leadS * LEAD_GROWTH);
      return { ...this.#begin(last.toMs + gapMs, leftMs, nowS + this.#leadS), skipMs };
    }
    if (gapMs > 0) return this.#begin(last.toMs + gapMs, leftMs, wantedS);
    last.toMs += leftMs;
    return { atS: wantedS, skipMs };
  }

  /** What is heard when this time of the audio clock is: between two runs, the end of the one before. */
  positionAtMs(contextS: number): number {
    let positionMs = this.#runs[0]?.fromMs ?? 0;
    for (const { fromMs, toMs, atS } of this.#runs) {
      if (contextS < atS) break;
      positionMs = Math.min(toMs, fromMs + 1000 * (contextS - atS));
    }
    return positionMs;
  }

  /** Whether a position is sounding at this time, rather than awaited. */
  isSoundingAt(contextS: number): boolean {
    return this.#runs.some(
      ({ fromMs, toMs, atS }) => contextS >= atS && contextS < atS + (toMs - fromMs) / 1000,
    );
  }

  #begin(fromMs: number, durationMs: number, atS: number): Place {
    const exactS = Math.ceil(atS * this.#rateHz - 1e-6) / this.#rateHz;
    this.#runs.push({ fromMs, toMs: fromMs + durationMs, atS: exactS });
    return { atS: exactS, skipMs: 0 };
  }
}
