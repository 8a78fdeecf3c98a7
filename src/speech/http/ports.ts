import type { WebSocket } from 'ws';
import type { Clock } from '../../runtime/index.js';

/** What an engine behind a network takes from the machine. */
export interface HttpSpeechPorts {
  readonly clock: Clock;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Opens a WebSocket, for engines that speak through one. @default the package ws */
  readonly openSocket?: ((url: string, headers: Readonly<Record<string, string>>) => WebSocket) | undefined;
  /** New random 128 bits as 32 hex digits, for protocols that name each request. @default the platform's */
  readonly newId?: (() => string) | undefined;
  /** The most sound that one request may give. @default 128 MiB: 45 minutes at 24 kHz */
  readonly maxSoundBytes?: number | undefined;
}

/** More than any request for a few sentences gives, and still far below what would hurt the process. */
export const MAX_SOUND_BYTES = 128 * 1024 * 1024;
/** Lists of voices and queries; the longest known (Azure's voices) has 0.6 MB. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;
