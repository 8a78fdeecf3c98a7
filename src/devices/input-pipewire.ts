import type { InputListing } from './capture-backend.js';
import type { Device } from './device.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

const LIST_TIMEOUT_MS = 3000;
/** As PulseAudio names what a loudspeaker plays. */
export const MONITOR_SUFFIX = '.monitor';

/** Sources of PipeWire, and what its sinks play. */
export async function listPipewireInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  return listPipewire(host, 'input', backend);
}

/** Nodes of PipeWire by `pw-dump`. */
export async function listPipewire(
  host: DeviceHost,
  kind: Device['kind'],
  backend: string,
): Promise<InputListing> {
  const dump = await host.find('pw-dump');
  if (dump === undefined) {
    return {
      devices: [],
      problem: `pw-dump is missing; ${installHint('pw-dump', host.platform)}`,
      isListerMissing: true,
    };
  }
  const { code, stdout, stderr } = await host.run(dump, [], { timeoutMs: LIST_TIMEOUT_MS });
  if (code !== 0) {
    return { devices: [], problem: stderr.trim() || 'pw-dump did not answer: PipeWire hangs' };
  }
  try {
    return { devices: parsePipewire(stdout, kind, backend), problem: undefined };
  } catch {
    return { devices: [], problem: 'pw-dump printed no JSON' };
  }
}

type Json = { readonly [key: string]: unknown };

/**
 * @internal
 * @param text - JSON of `pw-dump`: objects of type PipeWire:Interface:Node with `info.props`, and the metadata `default`.
 *   Where something came or went while it ran, more arrays follow with the changes.
 * @throws {SyntaxError} it is not JSON.
 * @source pw-dump of 0.3.65, run; media.class values of PipeWire's keys.h.
 */
export function parsePipewire(text: string, kind: Device['kind'], backend: string): Device[] {
  const objects = [...readDump(text).values()];
  const defaultSource = defaultOf(objects, 'default.audio.source');
  const defaultSink = defaultOf(objects, 'default.audio.sink');
  const devices: Device[] = [];
  for (const object of objects) {
    const info = objectAt(object, 'info');
    const props = objectAt(info, 'props');
    const id = textAt(props, 'node.name');
    const mediaClass = textAt(props, 'media.class');
    if (id === undefined || mediaClass === undefined) continue;
    const isSink = /^Audio\/(Sink|Duplex)\b/.test(mediaClass);
    const isSource = /^Audio\/(Source|Duplex)\b/.test(mediaClass);
    if (kind === 'output' ? !isSink : !isSink && !isSource) continue;
    const isMonitor = kind === 'input' && !isSource;
    const name = textAt(props, 'node.description') ?? textAt(props, 'node.nick') ?? id;
    devices.push({
      kind,
      backend,
      index: devices.length,
      id: isMonitor ? `${id}${MONITOR_SUFFIX}` : id,
      name: isMonitor ? `Monitor of ${name}` : name,
      ...formatOf(info, props),
      isDefault: kind === 'output' ? id === defaultSink : !isMonitor && id === defaultSource,
      isMonitor,
    });
  }
  return devices;
}

/** Objects by their number, as they are after all changes. */
function readDump(text: string): ReadonlyMap<unknown, Json> {
  const objects = new Map<unknown, Json>();
  for (const array of text.split(/^(?=\[)/m)) {
    if (array.trim() === '') continue;
    const parsed: unknown = JSON.parse(array);
    for (const object of Array.isArray(parsed) ? parsed.filter(isObject) : []) {
      // An object that has gone comes without a type.
      if ('type' in object) objects.set(object['id'], object);
      else objects.delete(object['id']);
    }
  }
  return objects;
}

function formatOf(info: Json, props: Json): Pick<Device, 'channels' | 'sampleRatesHz'> {
  const params = objectAt(info, 'params');
  const formats = params['EnumFormat'];
  const format: unknown = Array.isArray(formats) ? formats[0] : undefined;
  const channels =
    numberIn(isObject(format) ? format['channels'] : undefined) ?? numberIn(props['audio.channels']);
  const rate = numberIn(isObject(format) ? format['rate'] : undefined) ?? numberIn(props['audio.rate']);
  return { channels, sampleRatesHz: rate === undefined ? undefined : [rate] };
}

/** A value, or the default of a choice. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return isObject(value) && typeof value['default'] === 'number' ? value['default'] : undefined;
}

function defaultOf(objects: readonly Json[], key: string): string | undefined {
  for (const object of objects) {
    const entries = object['metadata'];
    if (!Array.isArray(entries)) continue;
    const value = entries.filter(isObject).find((entry) => entry['key'] === key)?.['value'];
    if (isObject(value)) return textAt(value, 'name');
  }
  return undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectAt(object: Json, key: string): Json {
  const value = object[key];
  return isObject(value) ? value : {};
}

function textAt(object: Json, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}
