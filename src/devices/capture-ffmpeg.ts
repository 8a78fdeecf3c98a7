import type { CaptureBackend, FaultPattern } from './capture-backend.js';
import { listAvfoundationInputs, listDshowInputs, listFfmpegPulseInputs } from './input-ffmpeg.js';

/** Errors only, no terminal, and no looking ahead for what the format might be. */
const START = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-fflags', 'nobuffer'] as const;
const NO_PROBING = ['-probesize', '32', '-analyzeduration', '0'] as const;
/** Every block at once to standard output. */
const OUTPUT = ['-ar', '16000', '-ac', '1', '-f', 's16le', '-flush_packets', '1', '-'] as const;

/** @source ffmpeg 5.1, run (pulse); libavdevice/avfoundation.m and dshow.c for the others. */
const FFMPEG_FAULTS: readonly FaultPattern[] = [
  {
    pattern: /Device or resource busy|Device is already in use|Could not run graph/i,
    code: 'BRIDGE_ERR_DEVICE_BUSY',
  },
  {
    pattern:
      /Could not find audio( only)? device|Audio device not found|Invalid audio device index|Selected audio device not found/i,
    code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
  },
  // All that it says of a PulseAudio source that is not there, or goes.
  { pattern: /: Input\/output error/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
];

const COMMON = { name: 'ffmpeg', program: 'ffmpeg', faults: FFMPEG_FAULTS } as const;

/** ffmpeg through PulseAudio. Blind to being moved to another source when its own is unplugged. */
export const FFMPEG_PULSE: CaptureBackend = {
  ...COMMON,
  leadMs: 20,
  args: (device) => [
    ...START,
    ...NO_PROBING,
    '-f',
    'pulse',
    ...['-fragment_size', '640', '-sample_rate', '16000', '-channels', '1', '-name', 'mmdagent-bridge'],
    '-i',
    device ?? 'default',
    ...OUTPUT,
  ],
  list: (host) => listFfmpegPulseInputs(host, 'ffmpeg'),
};

/** ffmpeg on macOS. Not run. */
export const FFMPEG_AVFOUNDATION: CaptureBackend = {
  ...COMMON,
  leadMs: 30,
  args: (device) => [...START, '-f', 'avfoundation', '-i', `:${device ?? 'default'}`, ...OUTPUT],
  list: (host) => listAvfoundationInputs(host, 'ffmpeg'),
};

/** ffmpeg on Windows. `-audio_buffer_size` instead of the device's default of half a second. Not run. */
export const FFMPEG_DSHOW: CaptureBackend = {
  ...COMMON,
  leadMs: 30,
  needsDevice: true,
  args: (device) => [
    ...START,
    '-f',
    'dshow',
    ...['-audio_buffer_size', '20'],
    '-i',
    `audio=${device ?? ''}`,
    ...OUTPUT,
  ],
  list: (host) => listDshowInputs(host, 'ffmpeg'),
};
