import type { SessionTuning } from '../sessions/index.js';
import { fault } from './request.js';

/**
 * What `start`, `config` and `invoke` may set while a session runs: `barge_in_enabled`, and `volume_db_threshold` in dBFS below which
 * nobody speaks (null: found out again). Other keys are left to others.
 *
 * @returns undefined when neither is there.
 * @throws {RequestError} BRIDGE_ERR_USAGE
 */
export function tuningOf(metadata: Readonly<Record<string, unknown>>): SessionTuning | undefined {
  const { barge_in_enabled: bargeIn, volume_db_threshold: threshold } = metadata as {
    readonly barge_in_enabled?: unknown;
    readonly volume_db_threshold?: unknown;
  };
  const isThreshold = threshold === null || threshold === undefined || isDbfs(threshold);
  if (!isThreshold) throw fault('Expected "volume_db_threshold" as a number from -100 to 0, or null');
  if (bargeIn !== undefined && bargeIn !== null && typeof bargeIn !== 'boolean')
    throw fault('Expected "barge_in_enabled" as true or false');
  const tuning: { bargeIn?: boolean; thresholdDbfs?: number | undefined } = {};
  if (typeof bargeIn === 'boolean') tuning.bargeIn = bargeIn;
  if (threshold !== undefined) tuning.thresholdDbfs = threshold ?? undefined;
  return Object.keys(tuning).length === 0 ? undefined : tuning;
}

function isDbfs(value: unknown): value is number {
  return typeof value === 'number' && value >= -100 && value <= 0;
}
