import { calibrationFile } from '../config/index.js';
import { CalibrationStore } from '../devices/index.js';
import { ConfigError } from '../runtime/index.js';

/**
 * The calibrations of this user's loudspeakers.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the environment names no home.
 */
export async function openCalibrations(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<CalibrationStore> {
  const path = calibrationFile(env, platform);
  if (path !== undefined) return CalibrationStore.open(path);
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'Where to keep calibrations is not known: set HOME or XDG_CONFIG_HOME (Windows: APPDATA) to a full path',
  );
}
