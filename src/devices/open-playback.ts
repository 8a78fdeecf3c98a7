import { type Clock, DeviceError } from '../runtime/index.js';
import type { DeviceHost } from './host.js';
import type { Playback } from './playback.js';
import { backendsOf, type PlaybackBackend, type PlaybackBackendName } from './playback-backends.js';
import { ProgramPlayback } from './program-playback.js';
import { spawnTied } from './tied-life.js';

export interface PlaybackOptions {
  /** A program by name, or the best that is installed and finds a device. @default 'auto' */
  readonly backend?: 'auto' | PlaybackBackendName | undefined;
  /** Index, id or name as `listOutputs` gives them. @default the system's */
  readonly device?: string | undefined;
  /** Of what will be written: s16le mono, 4000 – 192 000. */
  readonly sampleRateHz: number;
  readonly clock: Clock;
  readonly host: DeviceHost;
  /** Sound kept ahead of what is heard: what `stop` costs. Raised to what the program needs. @default 80 */
  readonly leadMs?: number | undefined;
  /** 0 … 1. @default 1 */
  readonly volume?: number | undefined;
  /** Added to when positions are heard: what `calibrate` found for this device. @default 0 */
  readonly offsetMs?: number | undefined;
  /** Stops it, as `stop` does. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_LEAD_MS = 80;

/**
 * Opens a loudspeaker by a program of this machine.
 *
 * `auto` takes the next program when one is missing or reaches no device. Ends with us, however we end.
 *
 * @throws {DeviceError} BRIDGE_ERR_DEVICE_TOOL - no such program; BRIDGE_ERR_DEVICE_UNKNOWN, _BUSY, _FAILED - what it said.
 */
export async function openPlayback(options: PlaybackOptions): Promise<Playback> {
  const { backend = 'auto', host, signal } = options;
  signal?.throwIfAborted();
  const known = backendsOf(host.platform).filter(({ name }) => backend === 'auto' || name === backend);
  let firstError: DeviceError | undefined;
  for (const candidate of known) {
    const path = await host.find(candidate.name);
    if (path === undefined) continue;
    try {
      return await start(candidate, path, options);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      firstError ??= error;
    }
  }
  throw firstError ?? noPlayer(backend, host.platform);
}

async function start(backend: PlaybackBackend, path: string, options: PlaybackOptions): Promise<Playback> {
  const { host, clock, signal, sampleRateHz, device } = options;
  const args = backend.argv({ device, sampleRateHz, platform: host.platform });
  const program = await spawnTied(host, { file: path, args }, { stdin: true });
  const playback = new ProgramPlayback({
    backend,
    device,
    sampleRateHz,
    clock,
    program,
    leadMs: options.leadMs ?? DEFAULT_LEAD_MS,
    volume: options.volume ?? 1,
    offsetMs: options.offsetMs ?? 0,
  });
  const onAbort = (): void => void playback.stop().catch(() => {});
  signal?.addEventListener('abort', onAbort, { once: true });
  playback.events.once('closed', () => signal?.removeEventListener('abort', onAbort));
  await playback.ready;
  signal?.throwIfAborted();
  return playback;
}

function noPlayer(backend: string, platform: NodeJS.Platform): DeviceError {
  const names = backendsOf(platform).map(({ name }) => name);
  const install =
    platform === 'linux'
      ? 'install pulseaudio-utils (pacat), pipewire-bin (pw-play), alsa-utils (aplay), sox or ffmpeg'
      : 'install sox or ffmpeg';
  const what =
    backend === 'auto' ? `none of ${names.join(', ')} is installed` : `${backend} is not installed`;
  return new DeviceError('BRIDGE_ERR_DEVICE_TOOL', `No program to play sound: ${what}; ${install}`);
}
