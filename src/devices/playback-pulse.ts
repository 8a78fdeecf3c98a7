import { PULSE_FAULTS } from './capture-pulse.js';
import { listPulse } from './input-pulse.js';
import type { PlaybackBackend, PlayerWord } from './playback-backend.js';

/** Part of the lead that lies in the pipe. */
const PIPE_MS = 15;

/**
 * PulseAudio's player; also runs on PipeWire's pipewire-pulse.
 *
 * Every 50 ms it tells the stream's own time, the latency of the device taken off, and each start and underrun when it happens.
 *
 * @source pacat 16.1, run: `Time: 0.539 sec; Latency: 31736 usec.`, ended by \r.
 */
export const PACAT: PlaybackBackend = {
  name: 'pacat',
  program: 'pacat',
  clockKind: 'reported',
  minLeadMs: 60,
  // The first block of a null sink, 10 ms, was measured to be cut off.
  preRollMs: 20,
  tellsReady: true,
  tellsUnderrun: true,
  clock: {},
  chatter:
    /^Time: |^(Opening a|Connection established|Stream successfully|Buffer metrics|Using sample|Connected to)/,
  faults: [
    ...PULSE_FAULTS,
    { pattern: /Connection failure|Connection refused/i, code: 'BRIDGE_ERR_DEVICE_FAILED' },
    { pattern: /Connection terminated/i, code: 'BRIDGE_ERR_DEVICE_LOST' },
  ],
  args: ({ device, sampleRateHz, leadMs }) => [
    '--playback',
    '--verbose',
    '--raw',
    '--format=s16le',
    '--channels=1',
    `--rate=${sampleRateHz}`,
    // What lies in the server is safe from a busy machine; what lies in the pipe is not.
    `--latency-msec=${Math.max(40, leadMs - PIPE_MS)}`,
    '--client-name=mmdagent-bridge',
    '--stream-name=mmdagent-bridge',
    ...(device === undefined ? [] : [`--device=${device}`]),
  ],
  listen: () => pulseWord,
  list: (host) => listPulse(host, 'output', 'pacat'),
};

function pulseWord(line: string): PlayerWord | undefined {
  const time = /^Time: (\d+\.\d+) sec/.exec(line);
  if (time !== null) return { kind: 'position', positionMs: Number(time[1]) * 1000 };
  if (line.startsWith('Stream successfully created')) return { kind: 'ready' };
  if (line.startsWith('Stream started')) return { kind: 'started' };
  if (line.startsWith('Stream underrun')) return { kind: 'underrun' };
  if (/^Stream (moved|device (suspended|resumed))/.test(line)) return { kind: 'moved' };
  return undefined;
}
