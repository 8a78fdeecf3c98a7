import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The session of the page that asks: its cookie's, as long as that has a conversation here.
 *
 * Cookies are shared between the ports of a machine, so its name bears the port. No path is given: the browser takes the folder that it
 * sees, also behind a proxy that puts one in front.
 */
export function sessionOf(
  request: IncomingMessage,
  isKnown: (session: string) => boolean,
): string | undefined {
  const wanted = `${cookieName(request)}=`;
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const pair = part.trim();
    const session = pair.startsWith(wanted) ? pair.slice(wanted.length) : '';
    // A number that we did not give out, or have forgotten, opens nothing.
    if (session !== '' && isKnown(session)) return session;
  }
  return undefined;
}

/** A new session, with its cookie, which the browser keeps until it is closed and shows to no script and no other site. */
export function newSession(request: IncomingMessage): { readonly session: string; readonly cookie: string } {
  const session = randomUUID();
  return { session, cookie: `${cookieName(request)}=${session}; HttpOnly; SameSite=Strict` };
}

function cookieName(request: IncomingMessage): string {
  return `mmdagent-bridge-talk-${request.socket.localPort ?? 0}`;
}
