import type { InputListing } from './capture-backend.js';
import type { DeviceHost } from './host.js';
import { isAlsaName, parseAlsa } from './input-alsa.js';
import type { PlaybackBackend, PlayerListener } from './playback-backend.js';

const BUFFER_MS = 80;
const PERIOD_MS = 20;
const LIST_TIMEOUT_MS = 3000;

/**
 * ALSA's player.
 *
 * It has no clock to show, but its level meter draws a line before each period it hands to the device, and the device takes a
 * period when it has played one: the lines are the device's pace, one buffer ahead of what is heard.
 *
 * @source aplay 1.2.8, run with the meter; `underrun!!! (at least 0.029 ms long)` by its source.
 */
export const APLAY: PlaybackBackend = {
  name: 'aplay',
  program: 'aplay',
  clockKind: 'backpressure',
  minLeadMs: BUFFER_MS + 3 * PERIOD_MS,
  preRollMs: 20,
  tellsReady: true,
  tellsUnderrun: true,
  clock: {},
  chatter:
    /^[# +|\d%]*$|^(Playing raw|Plug|Hardware|ALSA <->|Its setup|Slave|Soft volume|Rate conv|\s+\w+\s+: )/,
  faults: [
    { pattern: /Device or resource busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
    {
      pattern: /No such device|File descriptor in bad state|Input\/output error/i,
      code: 'BRIDGE_ERR_DEVICE_LOST',
    },
    { pattern: /Unknown PCM|No such file or directory|Invalid argument/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
    { pattern: /Connection refused|audio open error/i, code: 'BRIDGE_ERR_DEVICE_FAILED' },
  ],
  args: ({ device, sampleRateHz }) => [
    '--verbose',
    '--file-type=raw',
    '--format=S16_LE',
    '--channels=1',
    `--rate=${sampleRateHz}`,
    `--buffer-time=${BUFFER_MS * 1000}`,
    `--period-time=${PERIOD_MS * 1000}`,
    '--vumeter=mono',
    ...(device === undefined ? [] : [`--device=${device}`]),
    '-',
  ],
  listen: alsaListener,
  list: listAlsaOutputs,
  takesUnlisted: isAlsaName,
};

/** A meter line is ended by the next one: when line k is complete, k periods are with the device. */
function alsaListener(sampleRateHz: number): PlayerListener {
  let periodSamples: number | undefined;
  let bufferSamples: number | undefined;
  let periods = 0;
  return (line) => {
    if (line.startsWith('Playing raw')) return { kind: 'ready' };
    if (line.startsWith('underrun!!!')) return { kind: 'underrun' };
    // Of the nested devices it lists, the first is the one that it writes to.
    const size = /^\s+(period|buffer)_size\s*: (\d+)/.exec(line);
    if (size?.[1] === 'period') periodSamples ??= Number(size[2]);
    if (size?.[1] === 'buffer') bufferSamples ??= Number(size[2]);
    if (!/^[# +]*\|\s*\d+%/.test(line)) return undefined;
    periods++;
    const asked = sampleRateHz / 1000;
    const heard = periods * (periodSamples ?? PERIOD_MS * asked) - (bufferSamples ?? BUFFER_MS * asked);
    return { kind: 'position', positionMs: Math.max(0, (heard * 1000) / sampleRateHz) };
  };
}

/** `aplay -L` and `-l` print as `arecord` does. */
async function listAlsaOutputs(host: DeviceHost): Promise<InputListing> {
  const aplay = await host.find('aplay');
  if (aplay === undefined) return { devices: [], problem: 'aplay is missing', isListerMissing: true };
  const [names, cards] = await Promise.all(
    ['-L', '-l'].map((flag) => host.run(aplay, [flag], { timeoutMs: LIST_TIMEOUT_MS })),
  );
  const devices = parseAlsa(names?.stdout ?? '', cards?.stdout ?? '', 'aplay');
  return { devices: devices.map((device) => ({ ...device, kind: 'output' as const })), problem: undefined };
}
