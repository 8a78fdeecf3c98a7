import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoudnessMeter } from './loudness.js';
import { dbToFactor, factorToDb, OUTPUT_SAMPLE_RATE_HZ } from './pcm.js';

/** What loudness normalisation found and did. */
export interface LoudnessReport {
  /** Integrated loudness of the 16 kHz mono sound in LUFS; undefined for silence, which keeps its level. */
  readonly measuredLufs: number | undefined;
  /** Largest sample before the gain; -Infinity for digital silence. */
  readonly peakDbfs: number;
  /** The gain that is applied. */
  readonly gainDb: number;
  /** The target was not reached because the peaks would have passed -1 dBFS. */
  readonly isPeakLimited: boolean;
}

const PEAK_LIMIT_DBFS = -1;

/**
 * Measures a whole sound and chooses the gain to `targetLufs`, lowered where the peak would pass -1 dBFS.
 *
 * The peak is that of the samples, not of the curve between them. Gives other work a turn after every block.
 */
export async function gainForLoudness(
  blocks: AsyncIterable<Float32Array>,
  targetLufs: number,
): Promise<LoudnessReport> {
  const meter = new LoudnessMeter(OUTPUT_SAMPLE_RATE_HZ);
  for await (const block of blocks) {
    meter.push(block);
    await nextTurn();
  }
  const { integratedLufs, peak } = meter.measure();
  const peakDbfs = factorToDb(peak);
  if (integratedLufs === undefined)
    return { measuredLufs: undefined, peakDbfs, gainDb: 0, isPeakLimited: false };
  const wantedDb = targetLufs - integratedLufs;
  const gainDb =
    peak * dbToFactor(wantedDb) > dbToFactor(PEAK_LIMIT_DBFS) ? PEAK_LIMIT_DBFS - peakDbfs : wantedDb;
  return { measuredLufs: integratedLufs, peakDbfs, gainDb, isPeakLimited: gainDb < wantedDb };
}
