import { ALSA_FAULTS } from './capture-alsa.js';
import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import { PULSE_FAULTS } from './capture-pulse.js';
import { isAlsaName, listAlsaInputs } from './input-alsa.js';

const SOX_FAULTS: readonly FaultPattern[] = [
  ...PULSE_FAULTS,
  ...ALSA_FAULTS,
  // coreaudio and waveaudio tell no more than this; @source SoX 14.4.2, coreaudio.c and waveaudio.c.
  {
    pattern:
      /can not find audio device|can not open audio device|could not be (opened|found)|no default audio device|open failed for device/i,
    code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
  },
  { pattern: /can't (encode|set sample rate)|sample rate .* not supported/i, code: 'BRIDGE_ERR_DEVICE_RATE' },
];

/** Behind the input's name, what it is to be turned into: raw s16le mono at 16 000 Hz on standard output. */
const OUTPUT = [
  '-t',
  'raw',
  '-r',
  '16000',
  '-c',
  '1',
  '-e',
  'signed-integer',
  '-b',
  '16',
  '-L',
  '-',
] as const;
/** Quiet but for warnings; small blocks, as its default of 8192 bytes is a quarter of a second. */
const INPUT = ['-q', '-V2', '--buffer', '640'] as const;

/**
 * SoX on Linux: through ALSA, since its PulseAudio driver asks for no latency and got 2 s (measured).
 *
 * The rate is asked of the device, which ALSA converts.
 */
export const SOX_ALSA: CaptureBackend = {
  name: 'rec',
  program: 'sox',
  leadMs: 128,
  unbufferedLeadMs: 40,
  args: (device) => [
    ...INPUT,
    '-t',
    'alsa',
    ...['-r', '16000', '-c', '1', '-e', 'signed-integer', '-b', '16'],
    device ?? 'default',
    ...OUTPUT,
  ],
  faults: SOX_FAULTS,
  takesUnlisted: isAlsaName,
  list: (host) => listAlsaInputs(host, 'rec'),
};

/**
 * SoX on macOS. The device keeps its own rate and SoX converts it: coreaudio gives no other. It cannot list devices; a
 * device is named, not counted. Not run.
 */
export const SOX_COREAUDIO: CaptureBackend = {
  name: 'rec',
  program: 'sox',
  leadMs: 128,
  args: (device) => [...INPUT, '-t', 'coreaudio', device ?? 'default', ...OUTPUT],
  faults: SOX_FAULTS,
  takesUnlisted: (device) => !/^\d+$/.test(device),
};

/**
 * SoX on Windows: waveaudio, which the system converts rates for. It cannot list devices; it takes the start of a name, or
 * the system's own count. Not run.
 */
export const SOX_WAVEAUDIO: CaptureBackend = {
  name: 'rec',
  program: 'sox',
  leadMs: 128,
  args: (device) => [
    ...INPUT,
    '-t',
    'waveaudio',
    ...['-r', '16000', '-c', '1', '-e', 'signed-integer', '-b', '16'],
    device ?? 'default',
    ...OUTPUT,
  ],
  faults: SOX_FAULTS,
};
