import { type LipEstimator, type LipsDriver, SoundMouth } from '../lipsync/index.js';
import { type Clock, isAbortError, sleep } from '../runtime/index.js';
import type { PlayableSound } from './read-ahead.js';

export interface EstimateLipsOptions {
  /** Of its own, read ahead of what is played; closed at the end. */
  readonly sound: PlayableSound;
  readonly driver: LipsDriver;
  readonly clock: Clock;
  /** What people hear, or will hear after a seek. */
  readonly positionMs: () => number;
  readonly signal: AbortSignal;
}

/** The rate estimators hear. */
export const ESTIMATED_RATE_HZ = 16_000;

/** What the estimator hears ahead of what people hear. */
const AHEAD_MS = 3000;
const LOOK_MS = 100;

/**
 * Has an estimator hear a file a little before people do, and gives the driver its phonemes. Resolves at the end of the sound, or
 * when aborted.
 *
 * @param options.sound - s16le mono at ESTIMATED_RATE_HZ.
 * @throws {RequestError} what reading the sound threw.
 */
export async function estimateLips(options: EstimateLipsOptions): Promise<void> {
  const { sound, driver, clock, positionMs, signal } = options;
  const estimator = new SoundMouth();
  let readMs = 0;
  try {
    for await (const block of sound.frames()) {
      driver.append(estimator.push(block));
      readMs += (block.byteLength * 1000) / (2 * ESTIMATED_RATE_HZ);
      while (readMs > positionMs() + AHEAD_MS) await sleep(clock, LOOK_MS, signal);
    }
    finishEstimate(estimator, driver);
  } catch (error) {
    if (!isAbortError(error)) throw error;
  } finally {
    await sound.close();
  }
}

/** The sound has ended: the rest of what was estimated. */
export function finishEstimate(estimator: LipEstimator, driver: LipsDriver): void {
  driver.append(estimator.end());
  driver.finish();
}
