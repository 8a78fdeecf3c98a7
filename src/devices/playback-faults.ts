import { DeviceError } from '../runtime/index.js';
import type { PlaybackBackend } from './playback-backend.js';
import type { PlayerEnd } from './player.js';

type Player = Pick<PlaybackBackend, 'name' | 'faults'>;

/** What to do about a fault that the player named itself. */
const ADVICE = {
  BRIDGE_ERR_DEVICE_UNKNOWN: 'see `devices` for the loudspeakers there are',
  BRIDGE_ERR_DEVICE_BUSY: 'end the program that holds it, or choose another with --output-device',
  BRIDGE_ERR_DEVICE_LOST: 'connect it again, or choose another with --output-device',
  BRIDGE_ERR_DEVICE_FAILED:
    'check that the sound server runs, or choose another program with --output-backend',
} as const;

/** Why a player ended that was not told to. */
export function playerEnded(player: Player, device: string | undefined, end: PlayerEnd): DeviceError {
  const { startError, code, signal, stderr } = end;
  const of = `${player.name} (${device ?? 'default output'})`;
  if (startError !== undefined) {
    return new DeviceError('BRIDGE_ERR_DEVICE_TOOL', `${of} could not be started: ${startError.message}`, {
      cause: startError,
    });
  }
  const words = stderr.split('\n').slice(-3).join(' | ').slice(0, 300);
  const fault = player.faults.find(({ pattern }) => pattern.test(stderr));
  if (fault !== undefined) {
    const advice = (ADVICE as Readonly<Record<string, string>>)[fault.code] ?? 'see `doctor`';
    return new DeviceError(fault.code, `${of}: ${words}; ${advice}`, { retryable: true });
  }
  const how = signal === null ? `ended with code ${code ?? 'unknown'}` : `was killed by ${signal}`;
  const isKilled = signal !== null || code === 0 || code === null;
  return new DeviceError(
    isKilled ? 'BRIDGE_ERR_DEVICE_ENDED' : 'BRIDGE_ERR_DEVICE_FAILED',
    `${of} ${how} while sound was being played${words === '' ? '' : `: ${words}`}`,
    { retryable: true },
  );
}

/** It writes errors without end, and was killed for it. */
export function playerFlooded(player: Player, device: string | undefined): DeviceError {
  return new DeviceError(
    'BRIDGE_ERR_DEVICE_FLOOD',
    `${player.name} (${device ?? 'default output'}) writes errors without end and was stopped; choose another program with --output-backend`,
    { retryable: true },
  );
}

/** It runs, but its position does not move. */
export function playerStalled(
  player: Player,
  device: string | undefined,
  stalledMs: number,
  hasPlayed: boolean,
): DeviceError {
  return new DeviceError(
    'BRIDGE_ERR_DEVICE_STALLED',
    `${player.name} (${device ?? 'default output'}) ${hasPlayed ? 'has taken no more' : 'took no'} sound for ${
      stalledMs / 1000
    } s; check that the device is not suspended, or choose another with --output-device`,
    { retryable: true },
  );
}
