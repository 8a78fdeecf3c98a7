import { type Config, calibrationFile } from '../config/index.js';
import {
  CalibrationStore,
  type DeviceHost,
  listInputs,
  listOutputs,
  openCapture,
  openPlayback,
} from '../devices/index.js';
import type { Clock } from '../runtime/index.js';
import type { DoctorSound } from './context.js';

export interface SystemSoundOptions {
  readonly host: DeviceHost;
  readonly clock: Clock;
  /** What chooses device, backend and volume. */
  readonly config: Config;
}

const TONE_RATE_HZ = 48_000;

/** The microphones and loudspeakers of this machine, as the settings choose them. */
export function systemSound({ host, clock, config }: SystemSoundOptions): DoctorSound {
  return {
    listInputs: () => listInputs(host),
    listOutputs: () => listOutputs(host),
    openCapture: (device, onFrame, signal) =>
      openCapture({
        host,
        clock,
        onFrame,
        signal,
        backend: config.inputBackend,
        device: device ?? config.inputDevice,
        maxRestarts: 0,
      }),
    openPlayback: (signal) =>
      openPlayback({
        host,
        clock,
        signal,
        sampleRateHz: TONE_RATE_HZ,
        backend: config.outputBackend,
        device: config.outputDevice,
        volume: config.volumePercent / 100,
      }),
    calibratedCount: async () => {
      const path = calibrationFile(host.env, host.platform);
      return path === undefined ? undefined : (await CalibrationStore.open(path)).entries.length;
    },
  };
}
