import type { InputListing } from './capture-backend.js';
import type { Device } from './device.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

const LIST_TIMEOUT_MS = 3000;
/** Of what `arecord -L` names, what is no microphone: converters, mixers, other views of the same hardware. */
const NO_MICROPHONE =
  /^(null|lavrate|samplerate|speexrate|speex|oss|jack|upmix|vdownmix|hw|plughw|sysdefault|front|rear|center_lfe|side|surround\d*|iec958|spdif|hdmi|dmix|dsnoop|modem|phoneline|usbstream)(:|$)/;
const HARDWARE = /^card (\d+): (\S+) \[(.*?)\], device (\d+): (.*?) \[(.*?)\]/gm;

/** ALSA's capture devices: what is configured (`default`, a sound server) and each card, with conversion of rates. */
export async function listAlsaInputs(host: DeviceHost, backend: string): Promise<InputListing> {
  const arecord = await host.find('arecord');
  if (arecord === undefined) {
    return {
      devices: [],
      problem: `arecord is missing; ${installHint('arecord', host.platform)}`,
      isListerMissing: true,
    };
  }
  const options = { timeoutMs: LIST_TIMEOUT_MS };
  const [names, cards] = await Promise.all([
    host.run(arecord, ['-L'], options),
    host.run(arecord, ['-l'], options),
  ]);
  return { devices: parseAlsa(names.stdout, cards.stdout, backend), problem: undefined };
}

/** Whether it may be a name of ALSA's that no list shows, such as `hw:1,0` or `pulse:NAME`. */
export function isAlsaName(device: string): boolean {
  return /^[A-Za-z_][\w-]*:./.test(device);
}

/**
 * @internal
 * @param names - what `arecord -L` prints: a name a line, what it is indented below.
 * @param cards - what `arecord -l` prints: `card 1: Headset [USB Headset], device 0: USB Audio [USB Audio]`.
 * @source alsa-utils 1.2.8, aplay.c pcm_list() and device_list(); `-L` run, `-l` from its source (no card here).
 */
export function parseAlsa(names: string, cards: string, backend: string): Device[] {
  const devices: Device[] = [];
  const add = (id: string, name: string): void => {
    devices.push({
      kind: 'input',
      backend,
      index: devices.length,
      id,
      name,
      channels: undefined,
      sampleRatesHz: undefined,
      isDefault: id === 'default',
      isMonitor: false,
    });
  };
  // Plugins such as `pulse` are named whether there is a server for them or not; `default` is not.
  const named = /^default$/m.test(names) ? names : '';
  for (const block of named.split(/^(?=\S)/m)) {
    const [id = '', description = ''] = block.split(/\r?\n/).map((line) => line.trim());
    if (id !== '' && !NO_MICROPHONE.test(id)) add(id, description === '' ? id : description);
  }
  for (const [, , card = '', cardName = '', device = '', , deviceName = ''] of cards.matchAll(HARDWARE)) {
    add(`plughw:CARD=${card},DEV=${device}`, `${cardName}, ${deviceName}`);
  }
  return devices;
}
