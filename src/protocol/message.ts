import { ProtocolError } from '../runtime/index.js';
import { MAX_LINE_BYTES, SOUND_HEADER_BYTES } from './limits.js';
import { assertArgument } from './text.js';
import { asWireFrame, type WireFrame } from './wire-frame.js';

/** One message of MMDAgent-EX's own vocabulary: `TYPE|ARG|ARG…`. */
export interface Message {
  readonly type: string;
  readonly args: readonly string[];
}

const encoder = new TextEncoder();

/**
 * Encodes any message of MMDAgent-EX's vocabulary as one line, or refuses it.
 *
 * @param type - e.g. `MOTION_ADD`; not empty, no `|`, blank or control character, not beginning with `SND` or `__AV`.
 * @param args - each not empty, without `|` and control characters (see `speakableText` for prose).
 * @returns The line with exactly one `\n`, at most 1900 bytes.
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_TYPE, _ARGUMENT, _TOO_LONG, _FORBIDDEN
 * @source Plugin_Remote.cpp processMessageData(): everything not `SND…` or `__AV…` becomes a message of the program.
 */
export function encodeMessage(type: string, ...args: readonly string[]): WireFrame {
  assertType(type);
  for (const [index, arg] of args.entries()) assertArgument(arg, `argument ${index + 1} of ${type}`);
  assertHarmless(type, args);
  return encodeLine([type, ...args].join('|'), type);
}

/**
 * Splits `TYPE|ARG|ARG…` as a user writes it. Only splits: `encodeMessage` decides what is allowed.
 */
export function parseMessage(line: string): Message {
  const [type = '', ...args] = line.split('|');
  return { type, args };
}

/** The text of a message, as it stands on the wire without its newline. */
export function messageText(message: Message): string {
  return message.args.length === 0 ? message.type : `${message.type}|${message.args.join('|')}`;
}

/** @internal One checked line; `what` names it in the error. */
export function encodeLine(line: string, what: string): WireFrame {
  const bytes = encoder.encode(`${line}\n`);
  if (bytes.byteLength > MAX_LINE_BYTES) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_TOO_LONG',
      `Expected at most ${MAX_LINE_BYTES} bytes for ${what.slice(0, 40)}, got ${bytes.byteLength}. MMDAgent-EX crashes on long lines; shorten it or send it in parts`,
    );
  }
  return asWireFrame(bytes);
}

function assertType(type: string): void {
  const refuse = (why: string): never => {
    throw new ProtocolError('BRIDGE_ERR_MESSAGE_TYPE', why);
  };
  if (type === '') refuse('Expected a message type such as MOTION_ADD, got an empty one');
  // Also keeps a type from beginning with a byte order mark or a line separator, which would only look like another type.
  if (!/^[^\s|\p{C}]+$/u.test(type)) {
    refuse(
      `Expected a message type without blanks, "|" and control characters, got ${JSON.stringify(type.slice(0, 60))}`,
    );
  }
  if (type.startsWith('SND')) {
    refuse(
      `Expected a message type that does not begin with SND, got ${type.slice(0, 60)}: MMDAgent-EX would read it as sound`,
    );
  }
  if (type.startsWith('__AV')) {
    refuse(
      `Expected a message type that does not begin with __AV, got ${type.slice(0, 60)}: the bridge itself sets up the avatar; see --model and --mode`,
    );
  }
}

/** Messages that are well formed and still end the link or stall the parser. */
function assertHarmless(type: string, args: readonly string[]): void {
  if (type.toUpperCase() === 'PLUGIN_DISABLE' && args.some((arg) => arg.trim().toLowerCase() === 'remote')) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_FORBIDDEN',
      'PLUGIN_DISABLE|Remote ends MMDAgent-EX: it switches off the plugin that holds this link. Not sent',
    );
  }
  const lineBytes = encoder.encode(messageText({ type, args })).byteLength + 1;
  if (type.startsWith('S') && lineBytes < SOUND_HEADER_BYTES) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_FORBIDDEN',
      `MMDAgent-EX holds back a line that begins with S and has fewer than ${SOUND_HEADER_BYTES} bytes until more comes; ${type} was not sent`,
    );
  }
}
