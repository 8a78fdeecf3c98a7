import type { Check } from '../check.js';
import { finding } from '../make-finding.js';

export const calibrationCheck: Check = {
  id: 'devices.calibration',
  area: 'devices',
  timeoutMs: 500,
  run: async ({ sound }) => {
    if (sound === undefined) return [];
    const count = await sound.calibratedCount();
    if (count === undefined) return [];
    return [
      count > 0
        ? finding('devices.calibrated', 'ok', { count })
        : finding('devices.notCalibrated', 'info', {}),
    ];
  },
};
