import { listPulse } from './input-pulse.js';
import type { PlaybackBackend, PlayerListener } from './playback-backend.js';

/**
 * FFmpeg's player. Its statistics line is its audio clock, in hundredths of a second, its own guess of the device's delay taken off.
 *
 * The layout is not given: mono is what it takes raw sound for, and the flag for it has had three names.
 *
 * @source ffplay 5.1, run: `   0.53 M-A:  0.000 fd=   0 aq=   62KB …`, ended by \r.
 */
export const FFPLAY: PlaybackBackend = {
  name: 'ffplay',
  program: 'ffplay',
  clockKind: 'reported',
  minLeadMs: 200,
  preRollMs: 20,
  tellsReady: false,
  tellsUnderrun: false,
  clock: {},
  chatter: /M-A:|^\s*nan|^\s*(Input|Duration|Stream|Metadata)/,
  faults: [
    { pattern: /busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
    {
      pattern: /No such audio device|No more combinations|audio open failed|no available audio device/i,
      code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
    },
    { pattern: /Could not initialize SDL|Failed to open file/i, code: 'BRIDGE_ERR_DEVICE_FAILED' },
  ],
  args: ({ sampleRateHz }) => [
    ...['-hide_banner', '-nodisp', '-autoexit', '-stats', '-loglevel', 'info'],
    ...['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'],
    ...['-f', 's16le', '-sample_rate', String(sampleRateHz), '-i', 'pipe:0'],
  ],
  env: (device) => (device === undefined ? {} : { PULSE_SINK: device, SDL_AUDIODRIVER: 'pulseaudio' }),
  listen: ffplayListener,
  list: (host) => listPulse(host, 'output', 'ffplay'),
};

/** Elsewhere SDL plays to the system's default and nothing else. */
export const FFPLAY_DEFAULT: PlaybackBackend = {
  ...FFPLAY,
  env: undefined,
  list: undefined,
  defaultOnly: 'ffplay plays to the system default only here: make the loudspeaker the default',
};

function ffplayListener(): PlayerListener {
  return (line) => {
    const time = /^\s*(\d+\.\d+) M-A:/.exec(line);
    return time === null ? undefined : { kind: 'position', positionMs: Number(time[1]) * 1000 };
  };
}
