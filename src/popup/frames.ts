/**
 * The binary WebSocket protocol of the popup chat: byte 0 is the type, what follows is the payload. Runs in browsers too.
 *
 * @source The popup chat tutorial, version-2/client.js and server.js: the numbers up to `textEnd`. The others are ours, and are sent to
 *   those only who said with `options` that they know them.
 */
export const CLIENT_FRAMES = {
  /** The visitor's name for the conversation, UTF-8. First of all. */
  setClientId: 0x01,
  /** UTF-8. */
  userText: 0x02,
  /** Bytes of a recording, in order. */
  userAudioChunk: 0x03,
  /** The recording is complete. */
  userAudioEnd: 0x04,
  /** JSON of `PopupOptions`; may be sent again at any time, and counts from the next message on. */
  options: 0x05,
  /** Ends the answer under way, and what waits. No payload. */
  stopAnswer: 0x06,
} as const;

export const SERVER_FRAMES = {
  ok: 0x01,
  /** The next words of the answer, UTF-8. */
  textChunk: 0x11,
  /** The answer is complete, also one that failed or was stopped: exactly one for each message. */
  textEnd: 0x12,
  /** JSON of `PopupFacts`: the answer to `options`. */
  facts: 0x21,
  /** What was recognised in a recording, UTF-8; '' when nobody spoke. */
  userText: 0x22,
  /** Sound of the next `textChunk`: its number in the answer, 32 bit, big end first, from 0; then a WAV file. */
  audioChunk: 0x23,
  /** No more sound of this answer. */
  audioEnd: 0x24,
  /** The answer was stopped: nothing more of it comes but `textEnd`. */
  stopped: 0x25,
  /** The face that goes with the next words: a name such as `joy`, UTF-8. */
  emotion: 0x26,
  /** What went wrong, UTF-8. */
  error: 0x99,
} as const;

export type ClientFrameName = keyof typeof CLIENT_FRAMES;
export type ServerFrameName = keyof typeof SERVER_FRAMES;

/** A frame that came. */
export interface Frame<Name extends string> {
  /** Undefined: a type that nobody knows. */
  readonly name: Name | undefined;
  /** Byte 0. */
  readonly type: number;
  /** A view of what came. */
  readonly payload: Uint8Array;
}

/** What a page tells of itself, as JSON of a frame or beside a message. */
export interface PopupOptions {
  /** Whether answers are to be heard. @default as the server's settings */
  readonly voice?: boolean | undefined;
  /** Who answers, of those that the server has. */
  readonly persona?: string | undefined;
  /** What the page has shown already as the first words of the avatar. At most 1000 characters. */
  readonly welcome?: string | undefined;
}

/** What a server tells of itself. */
export interface PopupFacts {
  readonly protocol: 1;
  /** Whether answers can be heard here at all. */
  readonly voice: boolean;
  /** The avatar's first words; '' when it has none. */
  readonly welcome: string;
  /** The longest recording, seconds. */
  readonly maxAudioSeconds: number;
}

const CLIENT_NAMES = namesOf(CLIENT_FRAMES);
const SERVER_NAMES = namesOf(SERVER_FRAMES);

/** @param payload - text goes as UTF-8. */
export function encodeFrame(type: number, payload: Uint8Array | string = ''): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const frame = new Uint8Array(1 + bytes.byteLength);
  frame[0] = type;
  frame.set(bytes, 1);
  return frame;
}

/** @returns undefined for no bytes at all. */
export function decodeClientFrame(bytes: Uint8Array): Frame<ClientFrameName> | undefined {
  return decodeFrame(bytes, CLIENT_NAMES);
}

/** @returns undefined for no bytes at all. */
export function decodeServerFrame(bytes: Uint8Array): Frame<ServerFrameName> | undefined {
  return decodeFrame(bytes, SERVER_NAMES);
}

/** What is no UTF-8 becomes U+FFFD. */
export function payloadText({ payload }: { readonly payload: Uint8Array }): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload);
}

/** @param file - a whole WAV file. */
export function encodeAudioChunk(piece: number, file: Uint8Array): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(4 + file.byteLength);
  new DataView(payload.buffer).setUint32(0, piece);
  payload.set(file, 4);
  return encodeFrame(SERVER_FRAMES.audioChunk, payload);
}

/** @returns undefined when it is too short for its number. */
export function audioChunkOf(payload: Uint8Array): { piece: number; file: Uint8Array } | undefined {
  if (payload.byteLength < 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { piece: view.getUint32(0), file: payload.subarray(4) };
}

function decodeFrame<Name extends string>(
  bytes: Uint8Array,
  names: ReadonlyMap<number, Name>,
): Frame<Name> | undefined {
  const type = bytes[0];
  return type === undefined ? undefined : { name: names.get(type), type, payload: bytes.subarray(1) };
}

function namesOf<Name extends string>(types: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(types).map(([name, type]) => [type, name as Name]));
}
