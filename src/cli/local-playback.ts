import {
  type CalibratedOutput,
  openPlayback,
  type Playback,
  type PlaybackOptions,
  systemHost,
} from '../devices/index.js';
import type { Clock } from '../runtime/index.js';
import { openCalibrations } from './calibrations.js';
import type { Io } from './io.js';

export type OpenPlaybackHere = (options: Omit<PlaybackOptions, 'clock' | 'host'>) => Promise<Playback>;

/** The loudspeakers of this machine, calibrated as far as `calibrate` has done so. */
export async function playbackHere({ env }: Pick<Io, 'env'>, clock: Clock): Promise<OpenPlaybackHere> {
  const host = systemHost(env);
  // Without a home there is nothing kept, and sound can be played all the same.
  const calibrations = await openCalibrations(env, host.platform).catch(() => undefined);
  const offsetMs = (output: CalibratedOutput): number => calibrations?.offsetMs(output) ?? 0;
  return (options) => openPlayback({ ...options, clock, host, offsetMs });
}
