import { createHash } from 'node:crypto';
import type { AskingSide } from './asking-side.js';
import type { GateRequest } from './gate-request.js';

/**
 * Names bear the port, since cookies are shared between the ports of a machine. Those of other sites' pages bear the site too: a
 * browser that does not part cookies by site would else give one site the visitor of another.
 */
export function cookieName(kind: 'key' | 'visitor', { localPort }: GateRequest, side?: AskingSide): string {
  const name = `mmdagent-bridge-${kind}-${localPort ?? 0}`;
  if (side?.kind !== 'listed') return name;
  return `${name}-${createHash('sha256').update(side.origin).digest('base64url').slice(0, 8)}`;
}

/** The login: shown to no script, and never sent when another site's page leads here. */
export function keyCookie(
  request: GateRequest,
  { value, path, isSecure }: { readonly value: string; readonly path: string; readonly isSecure: boolean },
): string {
  const end = value === '' ? '; Max-Age=0' : '';
  return `${cookieName('key', request)}=${value}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${end}`;
}

/** @returns undefined where the browser would not keep it: of another site's page without encryption. */
export function visitorCookie(
  request: GateRequest,
  side: AskingSide,
  { token, path, maxAgeS }: { readonly token: string; readonly path: string; readonly maxAgeS: number },
): string | undefined {
  const head = `${cookieName('visitor', request, side)}=${token}; Path=${path}; Max-Age=${maxAgeS}; HttpOnly`;
  if (side.kind !== 'listed') return `${head}; SameSite=Lax${side.isSecure ? '; Secure' : ''}`;
  return side.isSecure ? `${head}; SameSite=None; Secure; Partitioned` : undefined;
}
