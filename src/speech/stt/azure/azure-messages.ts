/** What stands in a message of the Speech service. */
export interface AzureMessage {
  /** Lower case: `turn.start`, `speech.phrase` … */
  readonly path: string;
  readonly requestId: string;
  readonly body: string;
}

export interface AzureHeaders {
  readonly path: string;
  readonly requestId: string;
  readonly timestamp: string;
  readonly contentType?: string | undefined;
}

const CRLF = '\r\n';

/**
 * A text message: header lines, an empty line, JSON.
 *
 * @source learn.microsoft.com "Speech Service WebSocket protocol", "Text WebSocket messages"
 */
export function textMessage(headers: AzureHeaders, body: object): string {
  return `${headerLines(headers)}${CRLF}${JSON.stringify(body)}`;
}

/**
 * A binary message: the length of the header lines in two bytes, high first, the lines, the sound; without sound it is the end.
 *
 * @source learn.microsoft.com "Speech Service WebSocket protocol", "Binary WebSocket messages" and "Message audio"
 */
export function soundMessage(headers: AzureHeaders, sound: Uint8Array): Uint8Array {
  const lines = new TextEncoder().encode(headerLines(headers));
  const message = new Uint8Array(2 + lines.byteLength + sound.byteLength);
  new DataView(message.buffer).setUint16(0, lines.byteLength);
  message.set(lines, 2);
  message.set(sound, 2 + lines.byteLength);
  return message;
}

function headerLines({ path, requestId, timestamp, contentType }: AzureHeaders): string {
  const rows = [
    ['Path', path],
    ['X-RequestId', requestId],
    ['X-Timestamp', timestamp],
    ...(contentType === undefined ? [] : [['Content-Type', contentType]]),
  ];
  return rows.map(([name, value]) => `${name}: ${value}${CRLF}`).join('');
}

/** Reads a text message of the service; undefined: it is none. Header names are of any case. */
export function readMessage(text: string): AzureMessage | undefined {
  const end = text.indexOf(`${CRLF}${CRLF}`);
  const head = end < 0 ? text : text.slice(0, end);
  const headers = new Map(
    head.split(CRLF).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1
        ? []
        : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
    }),
  );
  const path = headers.get('path');
  if (path === undefined) return undefined;
  return {
    path: path.toLowerCase(),
    requestId: headers.get('x-requestid') ?? '',
    body: end < 0 ? '' : text.slice(end + 4),
  };
}
