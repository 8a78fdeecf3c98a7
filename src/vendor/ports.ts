import type { WebSocket } from 'ws';
import type { Clock } from '../runtime/index.js';

/** What requests to vendors take from the machine. */
export interface VendorPorts {
  readonly clock: Clock;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Opens a WebSocket, for vendors that speak through one. @default the package ws */
  readonly openSocket?: ((url: string, headers: Readonly<Record<string, string>>) => WebSocket) | undefined;
  /** New random 128 bits as 32 hex digits, for protocols that name each request. @default the platform's */
  readonly newId?: (() => string) | undefined;
}

/** Lists of voices and queries; the longest known (Azure's voices) has 0.6 MB. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;
