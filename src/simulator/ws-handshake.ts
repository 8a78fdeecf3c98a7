import { createHash } from 'node:crypto';

/** What the peer makes of a server's answer to its upgrade request [peer-facts 1]. */
export type HandshakeAnswer =
  | { readonly kind: 'incomplete' }
  /** `rest`: frames that came in the same segment. */
  | { readonly kind: 'upgraded'; readonly rest: Uint8Array }
  | { readonly kind: 'too-many-requests' }
  | { readonly kind: 'refused' };

const MAX_HEAD_BYTES = 16_384;
const WS_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The request exactly as measured: no Origin, no sub-protocol, no User-Agent, no extensions, no authorisation.
 * @param host - with the port unless it is 443. @param key - 24 base64 characters.
 */
export function upgradeRequest(path: string, host: string, key: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    'X-App-Type: MMDAgent',
    `Host: ${host}`,
    '',
    '',
  ].join('\r\n');
}

/** Judges what has come so far. Redirects are not followed; anything but 101 with the right key is a refusal. */
export function readHandshake(bytes: Uint8Array, key: string): HandshakeAnswer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return { kind: bytes.length > MAX_HEAD_BYTES ? 'refused' : 'incomplete' };
  const [status = '', ...headers] = text.slice(0, end).split('\r\n');
  if (/^HTTP\/1\.\d 429 Too Many Requests$/.test(status)) return { kind: 'too-many-requests' };
  if (!/^HTTP\/1\.\d 101( |$)/.test(status)) return { kind: 'refused' };
  const accept = headers
    .find((header) => /^sec-websocket-accept:/i.test(header))
    ?.slice(21)
    .trim();
  const expected = createHash('sha1')
    .update(key + WS_GUID)
    .digest('base64');
  return accept === expected ? { kind: 'upgraded', rest: bytes.slice(end + 4) } : { kind: 'refused' };
}
