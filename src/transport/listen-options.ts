import type { LinkParts } from './link-parts.js';

/** What both listening links take. */
export interface ListenOptions extends LinkParts {
  readonly url: string;
  /** Address to bind, e.g. `127.0.0.1`. */
  readonly host: string;
  /** 0 lets the system choose; `state` tells. */
  readonly port: number;
  /** Addresses and CIDR ranges that may connect; an empty list allows nobody. */
  readonly allow: readonly string[];
  /** A second peer beside a living first: gets a place of its own, or is turned away. */
  readonly secondPeer: 'lane' | 'refuse';
  /** Places in all; MMDAgent-EX itself takes 20 clients. @default 20 */
  readonly maxPeers?: number | undefined;
}

export const DEFAULT_MAX_PEERS = 20;
/** Sockets beyond the places: newcomers in waiting, strangers, requests not yet read. More are dropped by the server. */
export const SPARE_SOCKETS = 44;
export const SOCKET_KEEP_ALIVE_MS = 15_000;
