import { listPipewire } from './input-pipewire.js';
import type { PlaybackBackend, PlayerListener } from './playback-backend.js';

/**
 * PipeWire's player. Once a second it tells how much its stream has given to the graph; before the first time the start is assumed.
 *
 * @source pw-play 0.3.65, run: `stream time: now:2017193038450 rate:1/48000 ticks:96256 delay:0 queued:512 …`
 */
export const PW_PLAY: PlaybackBackend = {
  name: 'pw-play',
  program: 'pw-play',
  clockKind: 'reported',
  minLeadMs: 80,
  preRollMs: 20,
  tellsReady: true,
  tellsUnderrun: false,
  clock: { windowMs: 10_000, minAdvanceMs: 100 },
  chatter: /^stream time:|^\t|^stream (properties|state|param|set|node)/,
  faults: [
    { pattern: /no target node available|no such node/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
    { pattern: /can't connect|Host is down|connection refused/i, code: 'BRIDGE_ERR_DEVICE_FAILED' },
    { pattern: /busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
  ],
  args: ({ device, sampleRateHz }) => [
    '--verbose',
    `--rate=${sampleRateHz}`,
    '--channels=1',
    '--format=s16',
    '--latency=20ms',
    ...(device === undefined ? [] : [`--target=${device}`]),
    '-',
  ],
  needsLineBuffer: true,
  listen: () => pipewireListener(),
  list: (host) => listPipewire(host, 'output', 'pw-play'),
};

function pipewireListener(): PlayerListener {
  return (line) => {
    const time = /^stream time: now:([1-9]\d*) rate:(\d+)\/(\d+) ticks:(\d+) delay:(-?\d+)/.exec(line);
    if (time !== null) {
      const [, , numerator, denominator, ticks, delay] = time.map(Number);
      const ms = ((Number(ticks) - Number(delay)) * Number(numerator) * 1000) / Number(denominator);
      return { kind: 'position', positionMs: Math.max(0, ms) };
    }
    if (/^stream state changed .* -> paused/.test(line)) return { kind: 'ready' };
    if (/^stream state changed .* -> streaming/.test(line)) return { kind: 'started', afterMs: 20 };
    return undefined;
  };
}
