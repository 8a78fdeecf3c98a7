import type { PcmQueue } from './pcm-queue.js';

/** Levels that are silence in any room. */
const SILENCE_DBFS = -55;
/** Steady noise counts as a pause up to this far above its own floor. */
const ABOVE_FLOOR_DB = 6;
/** Nothing louder than this is ever a pause: a sustained tone is sound, however steady. */
const LOUDEST_PAUSE_DBFS = -35;
/** The floor follows louder surroundings by this much a unit: 6 dB in 15 s. */
const FLOOR_RISE_DB = 0.008;

/**
 * Finds the pauses of a live source by level alone: below -55 dBFS, or within 6 dB of the noise floor it learns.
 * It only decides when the bridge may start afresh unheard; it gates nothing that anybody is meant to hear.
 */
export class PauseDetector {
  #floorDbfs = 0;
  #quietUnits = 0;

  /** Looks at the oldest `byteLength` bytes of `queue`, one unit of s16le; call once a unit. Returns how many units in a row are quiet. */
  quietUnitsAt(queue: PcmQueue, byteLength: number): number {
    const levelDbfs = queue.levelDbfs(byteLength);
    this.#floorDbfs = Math.min(this.#floorDbfs + FLOOR_RISE_DB, Math.max(levelDbfs, -90));
    const threshold = Math.max(SILENCE_DBFS, this.#floorDbfs + ABOVE_FLOOR_DB);
    const isQuiet = levelDbfs < Math.min(threshold, LOUDEST_PAUSE_DBFS);
    this.#quietUnits = isQuiet ? this.#quietUnits + 1 : 0;
    return this.#quietUnits;
  }
}
