import { AutoLips } from './auto-lips.js';
import { FaceDrive, type MouthMorph } from './face-drive.js';
import { LipMotion, MOTION_FRAME_MS } from './lip-motion.js';
import { CLOSED_MOUTH, type MouthWeights } from './lip-table.js';

interface RunningMotion {
  readonly motion: LipMotion;
  readonly startMs: number;
}

/**
 * The four mouth morphs of one model, frame by frame, and who wins.
 *
 * From weakest to strongest: what the last writer left, LIPSYNC_START, MODEL_BINDFACE, the automatic lip sync, EXMORPH
 * [peer-facts-2 2.4, 2.5]. Nothing closes the mouth by itself: a stopped LIPSYNC leaves it as it is.
 */
export class Mouth {
  readonly auto = new AutoLips();
  readonly drive = new FaceDrive();
  readonly #frameMs: number;
  #running: RunningMotion | undefined;
  #shown = CLOSED_MOUTH;

  /** @param frameMs - display frame interval. */
  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  get weights(): MouthWeights {
    return this.#shown;
  }

  get isLipSyncRunning(): boolean {
    return this.#running !== undefined;
  }

  get isMoving(): boolean {
    return this.#running !== undefined || this.auto.isMoving || this.drive.isMoving;
  }

  /** Starts or swaps the phoneme motion; returns whether one was running. */
  startLipSync(list: string, nowMs: number): boolean {
    const wasRunning = this.#running !== undefined;
    this.#running = { motion: new LipMotion(list, this.#shown), startMs: nowMs };
    return wasRunning;
  }

  /** Deletes the motion and leaves the mouth as it is; returns whether one was running. */
  stopLipSync(): boolean {
    const wasRunning = this.#running !== undefined;
    this.#running = undefined;
    return wasRunning;
  }

  /** Weights of the display frame at `nowMs`, and whether the phoneme motion ended with it. */
  frame(nowMs: number): { readonly mouth: MouthWeights; readonly hasLipSyncEnded: boolean } {
    let mouth = this.#shown;
    let hasLipSyncEnded = false;
    if (this.#running !== undefined) {
      const { motion, startMs } = this.#running;
      const elapsedMs = nowMs - startMs;
      hasLipSyncEnded = elapsedMs >= motion.durationMs - 1;
      mouth = hasLipSyncEnded ? CLOSED_MOUTH : motion.at(elapsedMs + this.#headStartMs());
      if (hasLipSyncEnded) this.#running = undefined;
    }
    mouth = override(mouth, this.drive.boundFrame(nowMs));
    const wasAutomatic = this.auto.isMoving;
    mouth = this.auto.frame(nowMs) ?? mouth;
    if (wasAutomatic && !this.auto.isMoving) this.drive.refresh();
    mouth = override(mouth, this.drive.exMorphFrame(nowMs, this.#frameMs));
    this.#shown = mouth;
    return { mouth, hasLipSyncEnded };
  }

  /** The model was deleted. */
  reset(): void {
    this.#running = undefined;
    this.auto.reset();
    this.drive.reset();
    this.#shown = CLOSED_MOUTH;
  }

  /**
   * Display frames longer than 1/60 s have already moved the motion when they first show it, by at most one motion frame:
   * fitted to the first movement and border delays at 60, 15 and 12 fps [peer-facts-2 2.6].
   */
  #headStartMs(): number {
    return Math.min(MOTION_FRAME_MS, Math.max(0, this.#frameMs - 1000 / 60));
  }
}

function override(mouth: MouthWeights, values: ReadonlyMap<MouthMorph, number>): MouthWeights {
  return values.size === 0 ? mouth : { ...mouth, ...Object.fromEntries(values) };
}
