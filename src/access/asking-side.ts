import { isIP } from 'node:net';
import { isLoopbackHost } from '../config/index.js';
import { AccessRefusal } from './access-refusal.js';
import type { GateRequest } from './gate-request.js';
import { headerText, hostNamed, isForwarded, isSafe, isSecure, plainAddress } from './gate-request.js';
import type { GateRules } from './gate-settings.js';
import { canonicalOrigin } from './origins.js';

/** Whose page made the browser ask. */
export type AskingSide =
  /** A page of this server. */
  | { readonly kind: 'own'; readonly isSecure: boolean }
  /** A page of another site, which the settings allow. */
  | { readonly kind: 'listed'; readonly isSecure: boolean; readonly origin: string }
  /** Nobody says: a program, or a browser that reads. */
  | { readonly kind: 'unsaid'; readonly isSecure: boolean };

/** A header that no page can have a browser send to another site without being asked for leave, which only listed origins get here. */
const OWN_HEADER = 'x-bridge-request';

/**
 * The Host header must be a name of this server: a DNS name that an attacker turned to this address (rebinding) is none. Names are
 * loopback's, that which is listened on, that of the public URL, and any address in numbers where every interface is listened on.
 *
 * @throws {AccessRefusal} 400, 403
 */
export function checkHost(request: GateRequest, rules: GateRules): void {
  const host = hostNamed(request);
  if (host === undefined) throw new AccessRefusal(400, 'Expected a Host header');
  if (isLoopbackHost(host) || host === rules.host || host === rules.publicHost) return;
  if (rules.isEverywhere && isIP(host) !== 0) return;
  throw new AccessRefusal(
    403,
    'Expected this server under localhost, its address, its configured host or its public URL; the request names another',
  );
}

/**
 * Whose page asks, by the Origin header, and without it by what newer browsers say of reads.
 *
 * @throws {AccessRefusal} 403 - a page of another site, which is not listed.
 */
export function askingSide(request: GateRequest, rules: GateRules): AskingSide {
  const origin = request.headers.origin;
  const secure = isSecure(request, rules.isTrusted);
  if (origin === undefined) return { kind: sideOfRead(request), isSecure: secure };
  const asking = canonicalOrigin(origin);
  if (asking !== undefined) {
    if (ownOrigins(request, rules, secure).includes(asking))
      return { kind: 'own', isSecure: secure || asking.startsWith('https:') };
    if (rules.origins.has(asking)) return { kind: 'listed', isSecure: secure, origin: asking };
  }
  throw foreign();
}

/** Whether it comes from this machine itself: a loopback address at both ends, and no mark of a proxy. */
export function isThisMachine(request: GateRequest): boolean {
  const host = hostNamed(request);
  return (
    isLoopbackHost(plainAddress(request.remoteAddress)) &&
    !isForwarded(request) &&
    host !== undefined &&
    isLoopbackHost(host)
  );
}

function ownOrigins(request: GateRequest, rules: GateRules, secure: boolean): (string | undefined)[] {
  const host = request.headers.host ?? '';
  // Without encryption here, https may be a proxy's that does not say so; with it, http is somebody in between.
  const schemes = secure ? ['https'] : ['http', 'https'];
  return [rules.publicOrigin, ...schemes.map((scheme) => canonicalOrigin(`${scheme}://${host}`))];
}

/** Browsers name no Origin in most reads, but say which site's page asks (on https and localhost). */
function sideOfRead(request: GateRequest): 'own' | 'unsaid' {
  const { headers } = request;
  const site = headerText(headers['sec-fetch-site']);
  const isOpened = headers['sec-fetch-mode'] === 'navigate';
  if (!isSafe(request)) {
    if (site === 'cross-site' || site === 'same-site') throw foreign();
    return 'unsaid';
  }
  if (site === 'same-origin' || site === 'none' || isOpened) return 'own';
  if (site !== '') throw foreign();
  return OWN_HEADER in headers ? 'own' : 'unsaid';
}

function foreign(): AccessRefusal {
  return new AccessRefusal(
    403,
    'The page that asks is of another site: its origin must be in the list of allowed origins (setting origins), exactly as the browser writes it, such as https://example.org',
  );
}
