import { isIPv4, isIPv6 } from 'node:net';

/** The two halves of `HOST:PORT` as written; `port` is undefined without a colon and '' after a bare one. */
export interface Authority {
  readonly host: string;
  readonly port: string | undefined;
}

/**
 * Splits `HOST:PORT`; an IPv6 host stands in brackets.
 *
 * @returns undefined for an unclosed bracket or an IPv6 address without brackets.
 */
export function splitAuthority(text: string): Authority | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text);
  if (match === null) return undefined;
  return { host: match[1] === undefined ? (match[2] ?? '') : `[${match[1]}]`, port: match[3] };
}

/**
 * The one spelling of a host: lower case, `localhost` as 127.0.0.1 (MMDAgent-EX knows IPv4 only), IPv6 compressed
 * and without brackets.
 *
 * @returns undefined when the text is no host. Short and hexadecimal IPv4 spellings (`127.1`) are no hosts either,
 *   because programs disagree about what they mean.
 */
export function canonicalHost(text: string): string | undefined {
  const host = text.toLowerCase();
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    if (!isIPv6(inner) || inner.includes('%')) return undefined;
    return new URL(`http://[${inner}]/`).hostname.slice(1, -1);
  }
  if (host === 'localhost') return '127.0.0.1';
  if (isIPv4(host)) return host;
  const labels = host.split('.');
  if (
    host.length > 253 ||
    !labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  ) {
    return undefined;
  }
  return /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? undefined : host;
}

/** A canonical host as it stands in a URL: IPv6 in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** True when only this machine can reach the canonical host. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** True for the addresses that mean "every interface" when listened on, and nothing when dialled. */
export function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** @returns The port, or undefined when the text is not a whole number from `minPort` to 65535. */
export function parsePort(text: string, minPort: number): number | undefined {
  if (!/^\d{1,8}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= minPort && port <= 65_535 ? port : undefined;
}

/** An address to listen on. */
export interface ListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

/**
 * Reads `HOST:PORT`, both needed; port 0 means any free one.
 *
 * @returns undefined when the text is not of that form.
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const authority = splitAuthority(text);
  if (authority?.port === undefined) return undefined;
  const host = canonicalHost(authority.host);
  const port = parsePort(authority.port, 0);
  return host === undefined || port === undefined ? undefined : { host, port };
}
