import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { canonicalHost, isAnyHost, isLoopbackHost } from '../config/index.js';
import { HttpRefusal } from './http-answer.js';

/**
 * Refuses requests that another site could have made a browser send: this server can make an avatar speak.
 *
 * The Host header must be a name of this machine (a rebound DNS name is none): localhost, a loopback address, the
 * configured host, or any address in numbers where the server listens on every interface.
 *
 * @throws {HttpRefusal} 400, 403
 */
export function checkHost(request: IncomingMessage, configuredHost: string): void {
  const host = hostNamed(request);
  if (host === undefined) throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected a Host header');
  if (isLoopbackHost(host) || host === canonicalHost(configuredHost)) return;
  if (isAnyHost(unbracketed(configuredHost)) && isIP(host) !== 0) return;
  throw new HttpRefusal(
    403,
    'BRIDGE_ERR_USAGE',
    'Expected this server under localhost, its address or its configured host; the request names another',
  );
}

/** @throws {HttpRefusal} 403 - no Origin header, or that of another site. */
export function checkOrigin(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').toLowerCase();
  const origin = request.headers.origin?.toLowerCase();
  // https: behind a proxy that ends TLS.
  if (origin === `http://${host}` || origin === `https://${host}`) return;
  throw new HttpRefusal(
    403,
    'BRIDGE_ERR_USAGE',
    `Expected the header Origin: http://${host}, so that no other site can make the avatar speak`,
  );
}

/** What proxies and tunnels add to a request that they pass on. */
const FORWARDED = /^(?:forwarded|via|x-real-ip|x-client-ip|cf-connecting-ip|true-client-ip|x-forwarded-.*)$/;
/** A header that no page can have a browser send to another site without being asked for leave, which nobody gets here. */
const OWN_HEADER = 'x-bridge-request';

/**
 * For what is told of this machine itself where no key is demanded: only browsers on the machine hear it.
 *
 * The connection must come from a loopback address, name a loopback host and bear no mark of a proxy. A proxy on this
 * machine that rewrites Host and leaves no mark looks like a browser here and cannot be told from one: who runs such a
 * proxy must keep `/api/devices` and `/api/doctor` out of it.
 *
 * @throws {HttpRefusal} 403 - the request comes from another machine, or through a proxy, behind which anybody may be.
 */
export function checkThisMachine(request: IncomingMessage): void {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const isForwarded = Object.keys(request.headers).some((name) => FORWARDED.test(name));
  const host = hostNamed(request);
  if (isLoopbackHost(address) && !isForwarded && host !== undefined && isLoopbackHost(host)) return;
  throw new HttpRefusal(
    403,
    'BRIDGE_ERR_CONTROL_AUTH',
    'This is told on the machine itself only, since no key is demanded here: open it there as http://localhost, make keys with `mmdagent-bridge keys`, or use `mmdagent-bridge doctor` and `devices`',
  );
}

/**
 * For reads that do something. Browsers name no Origin in those, but newer ones say which site asks. Everybody else, such as
 * curl or our page in an older browser, sends the header `X-Bridge-Request` with any value.
 *
 * @throws {HttpRefusal} 403 - another site made a browser ask, or may have.
 */
export function checkSameSite(request: IncomingMessage): void {
  if (request.headers.origin !== undefined) checkOrigin(request);
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && OWN_HEADER in request.headers) return;
  throw new HttpRefusal(
    403,
    'BRIDGE_ERR_USAGE',
    'Expected the page of this server to ask, not another site; programs send the header X-Bridge-Request: 1',
  );
}

/** On every answer. */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders(request.headers.host)))
    response.setHeader(name, value);
}

/** @param host - a checked Host header; with it the page's WebSocket is allowed by name, as older browsers need. */
export function securityHeaders(host: string | undefined): Record<string, string> {
  const isPlain = host !== undefined && /^[\w.:[\]-]+$/.test(host);
  const sockets = isPlain ? ` ws://${host} wss://${host}` : '';
  return {
    'Content-Security-Policy': [
      "default-src 'self'",
      `connect-src 'self'${sockets}`,
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    // What the page needs; nothing else, and nothing for what it would embed.
    'Permissions-Policy': [
      'microphone=(self)',
      'camera=(self)',
      'display-capture=(self)',
      'geolocation=()',
    ].join(', '),
  };
}

/** Of the Host header, without its port; undefined when it is none. */
function hostNamed(request: IncomingMessage): string | undefined {
  const header = request.headers.host ?? '';
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1] === undefined ? undefined : canonicalHost(match[1]);
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
