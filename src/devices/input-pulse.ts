import type { InputListing } from './capture-backend.js';
import type { Device } from './device.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

const LIST_TIMEOUT_MS = 3000;

/**
 * Sources of PulseAudio, or of PipeWire through pipewire-pulse.
 *
 * @source `pactl list sources` of 16.1, run; its English words are stable enough that older versions without
 *   `--format=json` (before 16) print the same.
 */
export async function listPulseInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  return listPulse(host, 'input', backend);
}

/** Sources or sinks, by `pactl`. */
export async function listPulse(
  host: DeviceHost,
  kind: Device['kind'],
  backend: string,
): Promise<InputListing> {
  const pactl = await host.find('pactl');
  if (pactl === undefined) {
    return {
      devices: [],
      problem: `pactl is missing; ${installHint('pactl', host.platform)}`,
      isListerMissing: true,
    };
  }
  const what = kind === 'input' ? 'sources' : 'sinks';
  const options = { timeoutMs: LIST_TIMEOUT_MS };
  const [list, info] = await Promise.all([
    host.run(pactl, ['list', what], options),
    host.run(pactl, ['info'], options),
  ]);
  if (list.code !== 0) {
    const said = list.stderr.trim();
    return {
      devices: [],
      problem:
        list.code === undefined ? 'pactl did not answer: the sound server hangs' : said || 'pactl failed',
    };
  }
  const label = kind === 'input' ? 'Default Source' : 'Default Sink';
  return { devices: parsePulse(list.stdout, kind, backend, fieldOf(info.stdout, label)), problem: undefined };
}

/** @internal Reads what `pactl list sources` or `pactl list sinks` prints. */
export function parsePulse(
  text: string,
  kind: Device['kind'],
  backend: string,
  defaultId: string | undefined,
): Device[] {
  const devices: Device[] = [];
  for (const block of text.split(/^(?=(?:Source|Sink) #\d+\s*$)/m)) {
    const id = fieldOf(block, 'Name');
    if (id === undefined) continue;
    const [, channels, rateHz] = /Sample Specification:\s*\S+\s+(\d+)ch\s+(\d+)Hz/.exec(block) ?? [];
    devices.push({
      kind,
      backend,
      index: devices.length,
      id,
      name: fieldOf(block, 'Description') ?? id,
      channels: channels === undefined ? undefined : Number(channels),
      sampleRatesHz: rateHz === undefined ? undefined : [Number(rateHz)],
      isDefault: id === defaultId,
      isMonitor: kind === 'input' && (fieldOf(block, 'Monitor of Sink') ?? 'n/a') !== 'n/a',
    });
  }
  return devices;
}

function fieldOf(block: string, label: string): string | undefined {
  const found = new RegExp(`^\\s*${label}: (.*)$`, 'm').exec(block)?.[1]?.trim();
  return found === '' ? undefined : found;
}
