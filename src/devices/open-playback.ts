import { spawnTied } from '../programs/index.js';
import { type Clock, DeviceError } from '../runtime/index.js';
import { chooseDevice, deviceNames } from './choose-device.js';
import type { DeviceHost, SoundProgram } from './host.js';
import { AUTO, installed, openFirst } from './open-first.js';
import type { Playback } from './playback.js';
import type { PlaybackBackend } from './playback-backend.js';
import { playbackBackends } from './playback-backends.js';
import { checkVolume } from './playback-gain.js';
import { ProgramPlayback } from './program-playback.js';

export interface PlaybackOptions {
  /** `auto`, or the name of a backend of this platform: pacat, pw-play, aplay, play, ffplay. @default 'auto' */
  readonly backend?: string | undefined;
  /**
   * Index, name, id, or a part of the name or id that fits only one device, as `listOutputs` has them. Left out: the
   * system's default.
   */
  readonly device?: string | undefined;
  /** Of what will be written: s16le mono, 4000 – 192 000. */
  readonly sampleRateHz: number;
  readonly clock: Clock;
  readonly host: DeviceHost;
  /** Sound kept ahead of what is heard: what `stop` costs. Raised to what the program needs. @default 100 */
  readonly leadMs?: number | undefined;
  /** 0 … 1. @default 1 */
  readonly volume?: number | undefined;
  /**
   * Added to when positions are heard: what `calibrate` found for this device. A function is asked once it is known which
   * backend and device it came to.
   *
   * @default 0
   */
  readonly offsetMs?: number | ((opened: OpenedOutput) => number) | undefined;
  /** While opening: gives up, rejecting with its reason. Later: stops, as `stop` does. */
  readonly signal?: AbortSignal | undefined;
}

/** What a playback came to. */
export interface OpenedOutput {
  readonly backend: string;
  /** An id; the default's own where the backend can tell it. */
  readonly device: string | undefined;
  readonly sampleRateHz: number;
}

const DEFAULT_LEAD_MS = 100;

/**
 * Opens a loudspeaker by a program of this machine. The program ends with us, however we end.
 *
 * `auto` takes the first backend of this platform that is installed and opens the device. A program that has nothing to open
 * before sound comes (play, ffplay) tells a wrong device only by `closed` and the next write.
 *
 * @throws {DeviceError} BRIDGE_ERR_DEVICE_TOOL, _UNKNOWN, _BUSY, _STALLED, _ENDED, _FLOOD or _FAILED: why nothing plays;
 *   nothing is left running. The reason of the signal when aborted.
 */
export async function openPlayback(options: PlaybackOptions): Promise<Playback> {
  const { host, signal } = options;
  const wanted = options.backend ?? AUTO;
  const backends = playbackBackends(host.platform).filter(({ name }) => wanted === AUTO || name === wanted);
  if (backends.length === 0) throw noSuchBackend(wanted, host.platform);
  return openFirst(
    backends,
    signal,
    (backend) => openWith(backend, options),
    (refusals) => summary(refusals, options.device),
  );
}

async function openWith(backend: PlaybackBackend, options: PlaybackOptions): Promise<Playback> {
  const { host, clock, signal, sampleRateHz } = options;
  const path = await installed(backend.program, host);
  const device =
    options.device === undefined ? undefined : await resolveDevice(backend, options.device, host);
  const leadMs = Math.max(options.leadMs ?? DEFAULT_LEAD_MS, backend.minLeadMs);
  const { offsetMs = 0, volume = 1 } = options;
  const asked = device ?? (typeof offsetMs === 'number' ? undefined : await defaultDevice(backend, host));
  signal?.throwIfAborted();
  // Whatever the caller may have got wrong throws before a program runs that nobody would own.
  const knownOffsetMs =
    typeof offsetMs === 'number'
      ? offsetMs
      : offsetMs({ backend: backend.name, device: asked, sampleRateHz });
  checkVolume(volume);
  const program = await spawnPlayer(backend, path, host, { device, sampleRateHz, leadMs });
  const playback = new ProgramPlayback({
    backend,
    device,
    sampleRateHz,
    clock,
    program,
    leadMs,
    volume,
    offsetMs: knownOffsetMs,
  });
  await readyOrAbort(playback, signal);
  return playback;
}

/** Rejects only when the program is gone. */
async function readyOrAbort(playback: ProgramPlayback, signal: AbortSignal | undefined): Promise<void> {
  const onAbort = (): void => {
    playback.stop().catch(() => {});
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  playback.events.once('closed', () => signal?.removeEventListener('abort', onAbort));
  try {
    // Aborted while the program was being started: that event has passed.
    signal?.throwIfAborted();
    await playback.ready;
    signal?.throwIfAborted();
  } catch (error) {
    await playback.stop();
    signal?.throwIfAborted();
    throw error;
  }
}

/** Which device the default is just now. */
async function defaultDevice(backend: PlaybackBackend, host: DeviceHost): Promise<string | undefined> {
  const listing = await backend.list?.(host);
  return listing?.devices.find(({ isDefault }) => isDefault)?.id;
}

async function spawnPlayer(
  backend: PlaybackBackend,
  path: string,
  host: DeviceHost,
  options: { readonly device: string | undefined; readonly sampleRateHz: number; readonly leadMs: number },
): Promise<SoundProgram> {
  const args = backend.args(options);
  const spawning = { stdin: true, env: backend.env?.(options.device) };
  if (backend.needsLineBuffer !== true) return spawnTied(host, { file: path, args }, spawning);
  const stdbuf = await installed('stdbuf', host);
  return spawnTied(host, { file: stdbuf, args: ['-oL', path, ...args] }, spawning);
}

/** The id of the device that is meant, as this backend names it. */
async function resolveDevice(backend: PlaybackBackend, wanted: string, host: DeviceHost): Promise<string> {
  if (backend.defaultOnly !== undefined) {
    throw new DeviceError('BRIDGE_ERR_DEVICE_UNKNOWN', `'${wanted}': ${backend.defaultOnly}`);
  }
  const listing = await backend.list?.(host);
  const devices = listing?.devices ?? [];
  const chosen = chooseDevice(devices, wanted);
  if (chosen !== undefined) return chosen.id;
  const isBlind = listing === undefined || listing.isListerMissing === true;
  if (isBlind || backend.takesUnlisted?.(wanted) === true) return wanted;
  const known = listing.problem ?? `it has: ${deviceNames(devices)}`;
  throw new DeviceError(
    'BRIDGE_ERR_DEVICE_UNKNOWN',
    `${backend.name} knows no loudspeaker '${wanted}'; ${known}`,
  );
}

/** One error for all: its code is that of the first that was there to try, its words are everybody's. */
function summary(told: readonly DeviceError[], wanted: string | undefined): DeviceError {
  const [only] = told;
  if (told.length === 1 && only !== undefined) return only;
  const tried = told.filter(({ code }) => code !== 'BRIDGE_ERR_DEVICE_TOOL');
  const telling = tried.find(({ code }) => code !== 'BRIDGE_ERR_DEVICE_UNKNOWN') ?? tried[0] ?? only;
  const device = wanted === undefined ? 'the default loudspeaker' : `the loudspeaker '${wanted}'`;
  const reasons = (tried.length > 0 ? tried : told).map(({ message }) => `\n  ${message}`);
  return new DeviceError(
    telling?.code ?? 'BRIDGE_ERR_DEVICE_TOOL',
    `Nothing here could play on ${device}:${reasons.join('')}`,
    { retryable: tried.length > 0, cause: telling },
  );
}

function noSuchBackend(name: string, platform: NodeJS.Platform): DeviceError {
  const names = playbackBackends(platform).map((backend) => backend.name);
  return new DeviceError(
    'BRIDGE_ERR_DEVICE_TOOL',
    `'${name}' does not play on this system (${platform}); choose one of: auto, ${names.join(', ')}`,
  );
}
