import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import { listPulseInputs } from './input-pulse.js';

/** @source pa_strerror() and what parec, sox and ffmpeg print of it, run with PulseAudio 16.1. */
export const PULSE_FAULTS: readonly FaultPattern[] = [
  { pattern: /Entity killed/i, code: 'BRIDGE_ERR_DEVICE_LOST' },
  { pattern: /No such entity/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
  { pattern: /Device or resource busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
  { pattern: /Connection terminated/i, code: 'BRIDGE_ERR_DEVICE_LOST' },
];

/** PulseAudio's recorder; also runs on PipeWire's pipewire-pulse. */
export const PAREC: CaptureBackend = {
  name: 'parec',
  program: 'parec',
  leadMs: 20,
  args: (device) => [
    // Tells when the stream is moved.
    '--verbose',
    '--raw',
    '--format=s16le',
    '--rate=16000',
    '--channels=1',
    '--latency-msec=20',
    '--client-name=mmdagent-bridge',
    ...(device === undefined ? [] : [`--device=${device}`]),
  ],
  faults: PULSE_FAULTS,
  // The server moves the stream of an unplugged microphone to another one, such as what the loudspeaker plays.
  alarms: [{ pattern: /^Stream moved to device/, code: 'BRIDGE_ERR_DEVICE_LOST', isNamedOnly: true }],
  chatter:
    /^(Time: |Opening a recording stream|Connection established|Stream successfully|Buffer metrics|Using sample spec|Connected to device|Stream (device )?(started|suspended|resumed)|Got signal)/,
  list: (host) => listPulseInputs(host, 'parec'),
};
