import { type GateRequest, headerText } from './gate-request.js';

/** A key that came with a request, and how; nobody has checked it. */
export interface GivenKey {
  readonly key: string;
  /** To be echoed, when it came as a WebSocket subprotocol. */
  readonly subprotocol?: string;
}

const MAX_KEY_CHARS = 512;

/**
 * The key of a request: header `Authorization: Bearer KEY`, or WebSocket subprotocol `Authorization.` and the key in base64 without
 * padding, for browsers, which can set no header there.
 *
 * @returns undefined when none came. What came but is of no such form is an empty key, which nobody has.
 * @source AIAvatarKit, adapter/websocket/server.py: both forms, and that the subprotocol is echoed.
 */
export function keyGiven({ headers }: GateRequest): GivenKey | undefined {
  const subprotocol = subprotocols(headers).find((name) => name.startsWith(KEY_PROTOCOL));
  if (headers.authorization !== undefined) {
    const key = bearerKey(headers.authorization);
    return subprotocol === undefined ? { key } : { key, subprotocol };
  }
  return subprotocol === undefined ? undefined : { key: subprotocolKey(subprotocol), subprotocol };
}

/** The visitor's token of header `X-Bridge-Visitor` or subprotocol `Visitor.TOKEN`, with what is to be echoed. */
export function visitorGiven({ headers }: GateRequest): { token: string; subprotocol?: string } | undefined {
  const subprotocol = subprotocols(headers).find((name) => name.startsWith(VISITOR_PROTOCOL));
  const header = headerText(headers[VISITOR_HEADER]);
  const token = header === '' ? subprotocol?.slice(VISITOR_PROTOCOL.length) : header;
  if (token === undefined || token.length > MAX_KEY_CHARS) return undefined;
  return subprotocol === undefined ? { token } : { token, subprotocol };
}

export const VISITOR_HEADER = 'x-bridge-visitor';
const KEY_PROTOCOL = 'Authorization.';
const VISITOR_PROTOCOL = 'Visitor.';

/** @returns '' for another scheme, or a key with characters that no key has. */
export function bearerKey(header: string): string {
  return header.length > MAX_KEY_CHARS ? '' : (/^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1] ?? '');
}

/** @returns '' when it is no base64. */
export function subprotocolKey(name: string): string {
  const text = name.slice(KEY_PROTOCOL.length).replace(/=+$/, '');
  if (text.length > MAX_KEY_CHARS || !/^[A-Za-z0-9+/_-]+$/.test(text)) return '';
  const key = Buffer.from(text, 'base64').toString('latin1');
  return /^[\x21-\x7e]+$/.test(key) ? key : '';
}

/** @returns All values of the cookie, in their order: a browser may send several of one name, of other paths. */
export function cookiesNamed({ headers }: GateRequest, name: string): string[] {
  const wanted = `${name}=`;
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted))
    .map((pair) => pair.slice(wanted.length));
}

const KEY_NAMES = new Set(['key', 'api_key', 'apikey', 'api-key', 'access_token', 'token', 'authorization']);

/** Whether somebody put a key into the address, where logs and histories keep it. */
export function hasKeyInQuery({ url }: GateRequest): boolean {
  const mark = url?.indexOf('?') ?? -1;
  if (url === undefined || mark < 0) return false;
  return [...new URLSearchParams(url.slice(mark))].some(
    ([name, value]) => KEY_NAMES.has(name.toLowerCase()) || value.startsWith('mab_'),
  );
}

/** The subprotocols that are offered for what they are: without those that carry a key or a visitor's token. */
export function offeredSubprotocols({ headers }: GateRequest): string[] {
  return subprotocols(headers).filter(
    (name) => name !== '' && !name.startsWith(KEY_PROTOCOL) && !name.startsWith(VISITOR_PROTOCOL),
  );
}

function subprotocols(headers: GateRequest['headers']): string[] {
  return headerText(headers['sec-websocket-protocol'])
    .split(',')
    .map((name) => name.trim());
}
