/** One message of the Speech WebSocket protocol. */
export interface SpeechMessage {
  /** In lower case. */
  readonly path: string;
  readonly requestId: string;
  readonly body: Uint8Array;
}

/**
 * A text message: headers as in HTTP, an empty line, the body.
 *
 * @param timestamp - ISO 8601.
 * @source cognitive-services-speech-sdk-js 9e88223 WebsocketMessageFormatter.ts, SpeechConnectionMessage.Internal.ts, HeaderNames.ts
 */
export function encodeSpeechMessage(message: {
  readonly path: string;
  readonly requestId: string;
  readonly timestamp: string;
  readonly contentType: string;
  readonly body: string;
}): string {
  const { path, requestId, timestamp, contentType, body } = message;
  const headers = `Path: ${path}\r\nX-RequestId: ${requestId}\r\nX-Timestamp: ${timestamp}\r\nContent-Type: ${contentType}\r\n`;
  return `${headers}\r\n${body}`;
}

/**
 * @param isBinary - two bytes with the length of the headers, most significant first, stand before them; no empty line behind.
 * @returns undefined when it is no such message.
 */
export function decodeSpeechMessage(bytes: Uint8Array, isBinary: boolean): SpeechMessage | undefined {
  const cut = isBinary ? binaryCut(bytes) : textCut(bytes);
  if (cut === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of new TextDecoder().decode(cut.head).split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0) headers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  const path = headers.get('path')?.toLowerCase();
  if (path === undefined || path === '') return undefined;
  return { path, requestId: (headers.get('x-requestid') ?? '').toLowerCase(), body: cut.body };
}

interface Cut {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

function binaryCut(bytes: Uint8Array): Cut | undefined {
  if (bytes.byteLength < 2) return undefined;
  const headBytes = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  if (bytes.byteLength < headBytes + 2) return undefined;
  return { head: bytes.subarray(2, 2 + headBytes), body: bytes.subarray(2 + headBytes) };
}

function textCut(bytes: Uint8Array): Cut {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\r\n\r\n');
  if (at === -1) return { head: bytes, body: new Uint8Array(0) };
  return { head: bytes.subarray(0, at), body: bytes.subarray(at + 4) };
}
