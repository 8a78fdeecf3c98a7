import type { CaptureBackend } from './capture-backend.js';
import { captureBackends } from './capture-backends.js';
import type { DeviceList } from './device.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

/** Microphones as every backend of this platform names them, in the order in which `auto` tries the backends. Never rejects. */
export async function listInputs(host: DeviceHost): Promise<DeviceList[]> {
  return Promise.all(captureBackends(host.platform).map((backend) => listOf(backend, host)));
}

/** The backend that `auto` would take for the default microphone; undefined: none. */
export function autoInput(lists: readonly DeviceList[], platform: NodeJS.Platform): string | undefined {
  const byNameOnly = new Set(
    captureBackends(platform)
      .filter(({ isByNameOnly }) => isByNameOnly === true)
      .map(({ name }) => name),
  );
  return lists.find(({ backend, isAvailable }) => isAvailable && !byNameOnly.has(backend))?.backend;
}

async function listOf(backend: CaptureBackend, host: DeviceHost): Promise<DeviceList> {
  const part = { kind: 'input', backend: backend.name } as const;
  const path = await host.find(backend.program);
  if (path === undefined) {
    const reason = `${backend.program} is not installed; ${installHint(backend.program, host.platform)}`;
    return { ...part, isAvailable: false, reason, devices: [] };
  }
  if (backend.list === undefined) {
    const reason = 'it cannot list devices; name one as the system does';
    return { ...part, isAvailable: true, reason, devices: [] };
  }
  const { devices, problem, isListerMissing = false } = await backend.list(host);
  if (problem !== undefined) return { ...part, isAvailable: isListerMissing, reason: problem, devices: [] };
  const reason = devices.length === 0 ? 'it finds no microphone' : undefined;
  return { ...part, isAvailable: devices.length > 0, reason, devices };
}
