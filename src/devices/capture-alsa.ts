import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import { isAlsaName, listAlsaInputs } from './input-alsa.js';

/** @source arecord 1.2.8 and alsa-lib's strerror texts, run; "rate is not accurate" and "No such device" from its source. */
export const ALSA_FAULTS: readonly FaultPattern[] = [
  {
    pattern: /Device or resource busy|audio open error: Resource temporarily/i,
    code: 'BRIDGE_ERR_DEVICE_BUSY',
  },
  // What pcm_read says when the card goes away under it.
  {
    pattern: /read error: No such device|read error: (Input\/output|Bad file|File descriptor)/i,
    code: 'BRIDGE_ERR_DEVICE_LOST',
  },
  { pattern: /Connection terminated|Entity killed/i, code: 'BRIDGE_ERR_DEVICE_LOST' },
  { pattern: /rate is not accurate|Rate \d+Hz not available/i, code: 'BRIDGE_ERR_DEVICE_RATE' },
  {
    pattern: /No such (device|file or directory|entity)|Unknown PCM|Cannot get card index|no soundcards/i,
    code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
  },
];

/** ALSA's recorder: straight from the card, or through the sound server where `default` is one. */
export const ARECORD: CaptureBackend = {
  name: 'arecord',
  program: 'arecord',
  leadMs: 20,
  args: (device) => [
    // Its warning of a wrong rate is told only when not quiet; the rest is one line at the start.
    '-t',
    'raw',
    '-f',
    'S16_LE',
    '-r',
    '16000',
    '-c',
    '1',
    '--buffer-time=80000',
    '--period-time=20000',
    ...(device === undefined ? [] : ['-D', device]),
  ],
  faults: ALSA_FAULTS,
  alarms: [{ pattern: /rate is not accurate/i, code: 'BRIDGE_ERR_DEVICE_RATE' }],
  chatter: /^(Recording raw data|Aborted by signal|overrun!!!)/,
  takesUnlisted: isAlsaName,
  list: (host) => listAlsaInputs(host, 'arecord'),
};
