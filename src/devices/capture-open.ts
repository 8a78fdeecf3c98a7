import { type ProgramCall, spawnTied } from '../programs/index.js';
import { DeviceError } from '../runtime/index.js';
import type { Capture, OpenCaptureOptions } from './capture.js';
import type { CaptureBackend } from './capture-backend.js';
import { captureBackends } from './capture-backends.js';
import { CaptureSupervisor } from './capture-supervisor.js';
import { chooseDevice, deviceNames } from './choose-device.js';
import type { DeviceHost } from './host.js';
import { AUTO, installed, openFirst } from './open-first.js';

/** Backends that a user may expect and that are left out for a reason. */
const WHY_NOT: Partial<Readonly<Record<NodeJS.Platform, Readonly<Record<string, string>>>>> = {
  win32: { mic: ', where it gives 32-bit sound with a header instead of what it is asked for' },
};

/**
 * Starts recording a microphone.
 *
 * `auto` takes the first backend of this platform that is installed, knows the device and gives sound; one that does not
 * makes room for the next. Recording then goes on by itself through unplugged devices and killed programs, until `close`.
 *
 * @returns When the first frame has come.
 * @throws {DeviceError} BRIDGE_ERR_DEVICE_TOOL, _UNKNOWN, _BUSY, _STALLED, _RATE, _ENDED, _FLOOD or _FAILED: why there is
 *   no sound; nothing is left running. The reason of the signal when aborted.
 */
export async function openCapture(options: OpenCaptureOptions): Promise<Capture> {
  const { host, signal } = options;
  const wanted = options.backend ?? AUTO;
  const backends = captureBackends(host.platform).filter(
    ({ name, isByNameOnly }) => name === wanted || (wanted === AUTO && isByNameOnly !== true),
  );
  if (backends.length === 0) throw noSuchBackend(wanted, host.platform);
  return openFirst(
    backends,
    signal,
    (backend) => openWith(backend, options),
    (refusals) => summary(refusals, options.device),
  );
}

async function openWith(backend: CaptureBackend, options: OpenCaptureOptions): Promise<Capture> {
  const { host, clock, signal } = options;
  const path = await installed(backend.program, host);
  const device = await resolveDevice(backend, options.device, host);
  const call = await callOf(backend, path, device, host);
  signal?.throwIfAborted();
  const capture = new CaptureSupervisor({
    backend,
    device,
    leadMs: call.leadMs,
    platform: host.platform,
    clock,
    random: options.random ?? Math.random,
    onFrame: options.onFrame,
    maxRestarts: options.maxRestarts ?? Number.POSITIVE_INFINITY,
    start: () => backend.start?.(path, device, host) ?? spawnTied(host, call, { stdin: false }),
  });
  await openOrAbort(capture, signal);
  return capture;
}

async function openOrAbort(capture: CaptureSupervisor, signal: AbortSignal | undefined): Promise<void> {
  const onAbort = (): void => void capture.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  capture.events.on('stateChange', ({ status }) => {
    if (status === 'closed') signal?.removeEventListener('abort', onAbort);
  });
  try {
    await capture.open();
  } catch (error) {
    await capture.close();
    signal?.throwIfAborted();
    throw error;
  }
}

/** The id of the device that is meant, as this backend names it; undefined: its default. */
async function resolveDevice(
  backend: CaptureBackend,
  wanted: string | undefined,
  host: DeviceHost,
): Promise<string | undefined> {
  if (wanted === undefined && backend.needsDevice !== true) return undefined;
  const listing = await backend.list?.(host);
  const devices = listing?.devices ?? [];
  const chosen = wanted === undefined ? devices[0] : chooseDevice(devices, wanted);
  if (chosen !== undefined) return chosen.id;
  const isBlind = listing === undefined || listing.isListerMissing === true;
  if (wanted !== undefined && (backend.takesUnlisted?.(wanted) ?? isBlind)) return wanted;
  const problem = listing?.problem;
  if (problem !== undefined) {
    throw new DeviceError('BRIDGE_ERR_DEVICE_FAILED', `${backend.name} has no microphones: ${problem}`, {
      retryable: true,
    });
  }
  const unknown = wanted === undefined ? 'finds no microphone' : `knows no microphone '${wanted}'`;
  throw new DeviceError(
    'BRIDGE_ERR_DEVICE_UNKNOWN',
    `${backend.name} ${unknown}; it has: ${deviceNames(devices)}`,
  );
}

/** What to spawn, and what it then holds back. */
async function callOf(
  backend: CaptureBackend,
  path: string,
  device: string | undefined,
  host: DeviceHost,
): Promise<ProgramCall & { readonly leadMs: number }> {
  const first = (await backend.firstArgs?.(host, path)) ?? [];
  const call = { file: path, args: [...first, ...backend.args(device)], leadMs: backend.leadMs };
  if (backend.unbufferedLeadMs === undefined) return call;
  // Replaces itself with the program, whose writes then leave at once instead of by 4 KB.
  const stdbuf = await host.find('stdbuf');
  if (stdbuf === undefined) return call;
  return { file: stdbuf, args: ['-o0', path, ...call.args], leadMs: backend.unbufferedLeadMs };
}

/** One error for all: the most telling code, everybody's words. */
function summary(told: readonly DeviceError[], wanted: string | undefined): DeviceError {
  const [only] = told;
  if (told.length === 1 && only !== undefined) return only;
  const installed = told.filter(({ code }) => code !== 'BRIDGE_ERR_DEVICE_TOOL');
  const isUnknown = ({ code }: DeviceError): boolean => code === 'BRIDGE_ERR_DEVICE_UNKNOWN';
  // A device that was named is most likely misspelt when one that could look does not know it.
  const telling =
    installed.find((error) => isUnknown(error) === (wanted !== undefined)) ?? installed[0] ?? only;
  const device = wanted === undefined ? 'the default microphone' : `the microphone '${wanted}'`;
  // What is missing matters only when nothing was there to try.
  const reasons = (installed.length > 0 ? installed : told).map(({ message }) => `\n  ${message}`);
  return new DeviceError(
    telling?.code ?? 'BRIDGE_ERR_DEVICE_TOOL',
    `Nothing here could record ${device}:${reasons.join('')}`,
    { retryable: installed.length > 0, cause: telling },
  );
}

function noSuchBackend(name: string, platform: NodeJS.Platform): DeviceError {
  const names = captureBackends(platform).map((backend) => backend.name);
  const why = WHY_NOT[platform]?.[name] ?? '';
  return new DeviceError(
    'BRIDGE_ERR_DEVICE_TOOL',
    `'${name}' does not record on this system (${platform})${why}; choose one of: auto, ${names.join(', ')}`,
  );
}
