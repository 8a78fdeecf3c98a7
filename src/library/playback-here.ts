import { calibrationFile } from '../config/index.js';
import {
  CalibrationStore,
  type DeviceHost,
  openPlayback,
  type Playback,
  type PlaybackOptions,
} from '../devices/index.js';

/**
 * A loudspeaker of this machine, with what `mmdagent-bridge calibrate` found out about it: read again at each opening.
 *
 * @param open - @default openPlayback
 */
export async function openPlaybackHere(
  options: PlaybackOptions & { readonly host: DeviceHost },
  open: (options: PlaybackOptions) => Promise<Playback> = openPlayback,
): Promise<Playback> {
  const path = calibrationFile(options.host.env, options.host.platform);
  // Without a home there is nothing kept, and sound can be played all the same.
  const calibrations = path === undefined ? undefined : await CalibrationStore.open(path);
  return open({ offsetMs: (output) => calibrations?.offsetMs(output) ?? 0, ...options });
}
