import { isAlsaName } from './input-alsa.js';
import { listPulse } from './input-pulse.js';
import type { PlaybackBackend, PlayerListener, PlayerOptions } from './playback-backend.js';

/** A progress line is complete 120 ms after it was true, when 50 ms of what it had read were not heard yet: measured. */
const LINE_LATE_MS = 50;
const BUFFER_MS = 20;
/** SoX leaves the buffer to the sound server, which takes 2 s and begins when they are full; libpulse reads this. */
const PULSE_LATENCY = { PULSE_LATENCY_MSEC: '80' };

const FAULTS: PlaybackBackend['faults'] = [
  { pattern: /busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
  {
    pattern: /No such entity|No such device|Unknown PCM|can not open audio device/i,
    code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
  },
  {
    pattern: /Connection (refused|terminated)|write error|Input\/output error/i,
    code: 'BRIDGE_ERR_DEVICE_LOST',
  },
  { pattern: /FAIL|can't open/i, code: 'BRIDGE_ERR_DEVICE_FAILED' },
];

/**
 * SoX. Ten times a second its progress line tells what it has read, which is as much as the device has taken and what SoX holds.
 *
 * @source SoX 14.4.2, run: `In:0.00% 00:00:01.08 [00:00:00.00] Out:51.8k …`, begun by \r.
 */
export const PLAY: PlaybackBackend = {
  name: 'play',
  program: 'play',
  clockKind: 'backpressure',
  // It reads 120 ms between two lines, and a line is complete when the next begins.
  minLeadMs: 400,
  preRollMs: 20,
  tellsReady: false,
  tellsUnderrun: false,
  clock: { windowMs: 5000 },
  chatter: /^In:|^(File Size|\s*Encoding|Channels|Samplerate|Replaygain|Duration|-:)/,
  faults: FAULTS,
  args: inputArgs,
  env: (device) => ({ ...PULSE_LATENCY, ...(device === undefined ? {} : { AUDIODEV: device }) }),
  listen: soxListener,
  list: (host) => listPulse(host, 'output', 'play'),
  takesUnlisted: isAlsaName,
};

/** CoreAudio lists nothing to SoX: a device is a name as the system shows it. Not run. */
export const PLAY_MACOS: PlaybackBackend = { ...PLAY, list: undefined, takesUnlisted: undefined };

/** Not run. SoX on Windows has no `play`; its device is a name of the system's mixer. */
export const PLAY_WINDOWS: PlaybackBackend = {
  ...PLAY,
  program: 'sox',
  args: (options) => [...inputArgs(options), '-t', 'waveaudio', options.device ?? 'default'],
  env: undefined,
  list: undefined,
};

function inputArgs({ sampleRateHz }: PlayerOptions): readonly string[] {
  const bufferBytes = Math.round((sampleRateHz * BUFFER_MS) / 1000) * 2;
  return [
    ...['-S', '--buffer', String(bufferBytes), '-t', 'raw', '-r', String(sampleRateHz)],
    ...['-e', 'signed-integer', '-b', '16', '-L', '-c', '1', '-'],
  ];
}

function soxListener(): PlayerListener {
  return (line) => {
    const time = /^In:\S+ (\d+):(\d\d):(\d\d\.\d+)/.exec(line);
    if (time === null) return undefined;
    const readMs = (Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3])) * 1000;
    return { kind: 'position', positionMs: readMs === 0 ? 0 : readMs + LINE_LATE_MS };
  };
}
