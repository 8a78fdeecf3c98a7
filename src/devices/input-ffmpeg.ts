import type { InputListing } from './capture-backend.js';
import type { Device } from './device.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

const LIST_TIMEOUT_MS = 5000;
const MONITOR_SUFFIX = '.monitor';

/** Sources of PulseAudio as ffmpeg sees them, for machines without pactl. */
export function listFfmpegPulseInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  return listBy(host, ['-hide_banner', '-sources', 'pulse'], (text) => parseFfmpegSources(text, backend));
}

/** Audio devices of AVFoundation. */
export function listAvfoundationInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  const args = ['-hide_banner', '-f', 'avfoundation', '-list_devices', 'true', '-i', ''];
  return listBy(host, args, (text) => parseAvfoundation(text, backend));
}

/** Audio devices of DirectShow. */
export function listDshowInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  const args = ['-hide_banner', '-f', 'dshow', '-list_devices', 'true', '-i', 'dummy'];
  return listBy(host, args, (text) => parseDshow(text, backend));
}

/** ffmpeg lists on standard error and ends with an error in any case: what it printed counts, not how it ended. */
async function listBy(
  host: DeviceHost,
  args: readonly string[],
  parse: (text: string) => Device[],
): Promise<InputListing> {
  const ffmpeg = await host.find('ffmpeg');
  if (ffmpeg === undefined) {
    return { devices: [], problem: `ffmpeg is missing; ${installHint('ffmpeg', host.platform)}` };
  }
  const { stdout, stderr } = await host.run(ffmpeg, args, { timeoutMs: LIST_TIMEOUT_MS });
  const text = `${stdout}\n${stderr}`;
  const devices = parse(text);
  if (devices.length > 0) return { devices, problem: undefined };
  const refusal = /^(Cannot list sources.*|Unknown input format.*|.*[Nn]ot (implemented|supported).*)$/m.exec(
    text,
  );
  return { devices, problem: refusal === null ? undefined : `ffmpeg: ${refusal[0].trim()}` };
}

/**
 * @internal
 * @source `ffmpeg -sources pulse` of 5.1, run: `* id [name] (media types)`, the star marks the default; older ones print no
 *   media types.
 */
export function parseFfmpegSources(text: string, backend: string): Device[] {
  const devices: Device[] = [];
  for (const [, star, id = '', name = ''] of text.matchAll(/^([* ]) (\S+) \[(.*)\](?: \([^)]*\))?\s*$/gm)) {
    devices.push(input(backend, devices.length, id, name, star === '*', id.endsWith(MONITOR_SUFFIX)));
  }
  return devices;
}

/**
 * @internal
 * @source FFmpeg manual, ffmpeg-devices "avfoundation"; libavdevice/avfoundation.m: a heading, then `[index] name` lines,
 *   each behind the `[AVFoundation indev @ 0x…]` of the log.
 */
export function parseAvfoundation(text: string, backend: string): Device[] {
  const devices: Device[] = [];
  let isAudio = false;
  for (const line of text.split(/\r?\n/)) {
    const heading = /AVFoundation (video|audio) devices:/.exec(line);
    if (heading !== null) isAudio = heading[1] === 'audio';
    const [, index, name] = /\]\s+\[(\d+)\] (.*\S)\s*$/.exec(line) ?? [];
    if (!isAudio || heading !== null || index === undefined || name === undefined) continue;
    // Names stay when devices come and go, numbers do not; but a colon ends a name in ffmpeg's own notation.
    devices.push(input(backend, devices.length, name.includes(':') ? index : name, name, false, false));
  }
  return devices;
}

/**
 * @internal
 * @source FFmpeg manual, ffmpeg-devices "dshow"; libavdevice/dshow.c: `"name" (audio)` since 5.0, headings before; an
 *   `Alternative name "@device_cm_…"` may follow, which stays the same when two devices share a name.
 */
export function parseDshow(text: string, backend: string): Device[] {
  const found: { name: string; id: string }[] = [];
  let isAudioPart = false;
  let last: { name: string; id: string } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const heading = /DirectShow (video|audio) devices/.exec(line);
    if (heading !== null) isAudioPart = heading[1] === 'audio';
    const alternative = /Alternative name "(.*)"/.exec(line)?.[1];
    if (alternative !== undefined) {
      if (last !== undefined) last.id = alternative;
      continue;
    }
    const [, name, media] = /\]\s+"(.*)"(?: \(([^)]*)\))?\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const isAudio = media === undefined ? isAudioPart : /\baudio\b/.test(media);
    last = isAudio ? { name, id: name } : undefined;
    if (last !== undefined) found.push(last);
  }
  return found.map(({ name, id }, index) => input(backend, index, id, name, false, false));
}

function input(
  backend: string,
  index: number,
  id: string,
  name: string,
  isDefault: boolean,
  isMonitor: boolean,
): Device {
  return {
    kind: 'input',
    backend,
    index,
    id,
    name,
    channels: undefined,
    sampleRatesHz: undefined,
    isDefault,
    isMonitor,
  };
}
