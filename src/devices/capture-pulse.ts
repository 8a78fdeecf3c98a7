import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import { listPulseInputs } from './input-pulse.js';

/** Words of libpulse's error table, `pa_strerror`. */
export const PULSE_FAULTS: readonly FaultPattern[] = [
  { pattern: /Entity killed|Stream error: No such entity/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
  { pattern: /No such entity/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
  { pattern: /Device or resource busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
];

/** PulseAudio's recorder; also runs on PipeWire's pipewire-pulse. */
export const PAREC: CaptureBackend = {
  name: 'parec',
  program: 'parec',
  leadMs: 20,
  args: (device) => [
    '--raw',
    '--format=s16le',
    '--rate=16000',
    '--channels=1',
    '--latency-msec=20',
    '--client-name=mmdagent-bridge',
    ...(device === undefined ? [] : [`--device=${device}`]),
  ],
  faults: PULSE_FAULTS,
  list: (host) => listPulseInputs(host, 'parec'),
};
