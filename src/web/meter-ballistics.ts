/** What of a level is drawn. */
export interface MeterView {
  /** 0 … 1 of the scale. */
  readonly level: number;
  readonly peak: number;
  /** Near full scale within the last moments. */
  readonly isHot: boolean;
}

/** The scale's lower end; its upper one is 0 dBFS. */
export const METER_MIN_DB = -60;
const FALL_DB_PER_S = 45;
const PEAK_HOLD_MS = 1200;
const PEAK_FALL_DB_PER_S = 30;
const HOT_DB = -3;

/** How a level meter moves: up at once, down gently, with a peak that stays for a while. Pure: times come from the caller. */
export class MeterBallistics {
  #levelDb = METER_MIN_DB;
  #peakDb = METER_MIN_DB;
  #peakAtMs = 0;
  #nowMs = 0;

  /** @param levelDb - loudest since the last look; below the scale when nothing was heard. @param peakDb - of samples. */
  look(levelDb: number, peakDb: number, nowMs: number): MeterView {
    const stepS = Math.max(0, nowMs - this.#nowMs) / 1000;
    this.#nowMs = nowMs;
    this.#levelDb = Math.max(METER_MIN_DB, levelDb, this.#levelDb - FALL_DB_PER_S * stepS);
    if (peakDb >= this.#peakDb) {
      this.#peakDb = peakDb;
      this.#peakAtMs = nowMs;
    } else if (nowMs - this.#peakAtMs > PEAK_HOLD_MS) {
      this.#peakDb = Math.max(METER_MIN_DB, peakDb, this.#peakDb - PEAK_FALL_DB_PER_S * stepS);
    }
    return { level: onScale(this.#levelDb), peak: onScale(this.#peakDb), isHot: this.#peakDb > HOT_DB };
  }
}

/** Where a level stands on the scale, 0 … 1. */
export function onScale(db: number): number {
  return Math.min(1, Math.max(0, 1 - db / METER_MIN_DB));
}
