import type { AskingSide } from './asking-side.js';
import type { Admission } from './caller.js';
import { VISITOR_HEADER } from './credentials.js';
import type { GateRequest } from './gate-request.js';

const MAX_AGE_S = 600;

/** Leave for a browser to send what its page wants to; nothing for our own pages, which need none. */
export function preflightHeaders(request: GateRequest, side: AskingSide): Readonly<Record<string, string>> {
  if (side.kind !== 'listed') return { Vary: 'Origin' };
  const isPrivate = request.headers['access-control-request-private-network'] === 'true';
  return {
    ...readableHeaders(side.origin),
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': `Authorization, Content-Type, Last-Event-ID, X-Bridge-Request, ${VISITOR_HEADER}`,
    'Access-Control-Max-Age': String(MAX_AGE_S),
    // Chromium asks this before a public site's page may reach a private address.
    ...(isPrivate ? { 'Access-Control-Allow-Private-Network': 'true' } : {}),
  };
}

/** What an admission puts on the answer, or on that of the WebSocket handshake (all but the subprotocol, which is the server's to say). */
export function admissionHeaders(admission: Admission): Readonly<Record<string, string>> {
  const { allowOrigin, setCookie, visitorToken } = admission;
  return {
    Vary: 'Origin',
    ...(allowOrigin === undefined ? {} : readableHeaders(allowOrigin)),
    ...(setCookie === undefined ? {} : { 'Set-Cookie': setCookie }),
    ...(visitorToken === undefined ? {} : { [VISITOR_HEADER]: visitorToken }),
  };
}

/** Leave for the page of a listed origin to read an answer that its browser was to send cookies for. */
export function readableHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': `Retry-After, ${VISITOR_HEADER}`,
  };
}
