import { DeviceError } from '../runtime/index.js';
import { chooseDevice } from './choose-device.js';
import type { DeviceList } from './device.js';
import type { DeviceHost } from './host.js';
import type { PlaybackBackend } from './playback-backend.js';
import { playbackBackends } from './playback-backends.js';
import { installHint } from './sound-tools.js';

/** Loudspeakers as every backend of this platform names them, in the order in which `auto` tries the backends. Never rejects. */
export async function listOutputs(host: DeviceHost): Promise<DeviceList[]> {
  return Promise.all(playbackBackends(host.platform).map((backend) => listOf(backend, host)));
}

/** The backend that `auto` would take for the default loudspeaker; undefined: none. */
export function autoOutput(lists: readonly DeviceList[]): string | undefined {
  return lists.find(({ isAvailable }) => isAvailable)?.backend;
}

/**
 * The backend and device that settings come to, without opening them. A name that is in no list is taken on trust: the device may be
 * unplugged now.
 *
 * @throws {DeviceError} BRIDGE_ERR_DEVICE_TOOL - no backend; BRIDGE_ERR_DEVICE_UNKNOWN - several devices fit.
 */
export function outputMeant(
  lists: readonly DeviceList[],
  backend: string,
  device: string | undefined,
): { readonly backend: string; readonly device: string | undefined } {
  const name = backend === 'auto' ? autoOutput(lists) : backend;
  const list = lists.find((one) => one.backend === name);
  if (name === undefined || list === undefined) {
    const reasons = lists.map(({ reason }) => reason).filter((reason) => reason !== undefined);
    throw new DeviceError('BRIDGE_ERR_DEVICE_TOOL', `Nothing here can play sound: ${reasons.join('; ')}`);
  }
  if (device === undefined) {
    return { backend: name, device: list.devices.find(({ isDefault }) => isDefault)?.id };
  }
  return { backend: name, device: chooseDevice(list.devices, device)?.id ?? device };
}

async function listOf(backend: PlaybackBackend, host: DeviceHost): Promise<DeviceList> {
  const part = { kind: 'output', backend: backend.name } as const;
  if ((await host.find(backend.program)) === undefined) {
    const reason = `${backend.program} is not installed; ${installHint(backend.program, host.platform)}`;
    return { ...part, isAvailable: false, reason, devices: [] };
  }
  if (backend.list === undefined) {
    const reason = backend.defaultOnly ?? 'it cannot list devices; name one as the system does';
    return { ...part, isAvailable: true, reason, devices: [] };
  }
  const { devices, problem, isListerMissing = false } = await backend.list(host);
  if (problem !== undefined) return { ...part, isAvailable: isListerMissing, reason: problem, devices: [] };
  const reason = devices.length === 0 ? 'it finds no loudspeaker' : undefined;
  return { ...part, isAvailable: devices.length > 0, reason, devices };
}
