import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { canonicalHost } from '../config/index.js';

/** What the gate reads of a request; `gateRequestOf` takes it from Node's. */
export interface GateRequest {
  readonly method: string | undefined;
  /** Path and query. */
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Of the connection: a proxy's, where there is one. */
  readonly remoteAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Whether this connection is encrypted. */
  readonly isTls: boolean;
}

export function gateRequestOf(request: IncomingMessage): GateRequest {
  const { socket, method, url, headers } = request;
  return {
    method,
    url,
    headers,
    remoteAddress: socket.remoteAddress,
    localPort: socket.localPort,
    isTls: (socket as Partial<TLSSocket>).encrypted === true,
  };
}

/** Whether it reads only, by its method. A WebSocket handshake does not: what follows it may do anything. */
export function isSafe({ method, headers }: GateRequest): boolean {
  return (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') && headers.upgrade === undefined;
}

/** Canonical name of the Host header, without its port; undefined when it is none. */
export function hostNamed({ headers }: GateRequest): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(headers.host ?? '');
  return match?.[1] === undefined ? undefined : canonicalHost(match[1]);
}

/** What proxies and tunnels add to a request that they pass on. */
const FORWARDED = /^(?:forwarded|via|x-real-ip|x-client-ip|cf-connecting-ip|true-client-ip|x-forwarded-.*)$/;

/** Whether it bears the mark of a proxy, behind which anybody may be. */
export function isForwarded({ headers }: GateRequest): boolean {
  return Object.keys(headers).some((name) => FORWARDED.test(name));
}

/** An address as IPv4 where it is IPv4; '' when there is none. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Tells trusted proxies by address. */
export type IsTrusted = (address: string) => boolean;

/**
 * The address of who asks.
 *
 * `X-Forwarded-For` grows at its end, and anybody may begin one: it is read from its end for as long as the one who wrote the entry is a
 * trusted proxy. An entry that is no address ends the reading. Other headers of this kind are not read.
 *
 * @returns '' when there is none.
 */
export function clientAddress({ remoteAddress, headers }: GateRequest, isTrusted: IsTrusted): string {
  let address = plainAddress(remoteAddress);
  const entries = headerText(headers['x-forwarded-for']).split(',').slice(-MAX_PROXIES);
  while (isTrusted(address)) {
    const before = forwardedAddress(entries.pop() ?? '');
    if (before === undefined) break;
    address = before;
  }
  return address;
}

/** Whether the browser's side is encrypted: of this connection, or as the trusted proxy before it says. */
export function isSecure({ remoteAddress, headers, isTls }: GateRequest, isTrusted: IsTrusted): boolean {
  if (isTls || !isTrusted(plainAddress(remoteAddress))) return isTls;
  return headerText(headers['x-forwarded-proto']).split(',').at(-1)?.trim().toLowerCase() === 'https';
}

const MAX_PROXIES = 16;

/** @returns undefined for what is no address, with or without a port. */
export function forwardedAddress(entry: string): string | undefined {
  const match = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+)|([0-9a-f:.]+))(?::\d{1,5})?$/i.exec(entry.trim());
  const bare = isIP(entry.trim()) === 6 ? entry.trim() : (match?.[1] ?? match?.[2] ?? match?.[3]);
  const address = plainAddress(bare);
  return isIP(address) === 0 ? undefined : address;
}

export function headerText(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}
