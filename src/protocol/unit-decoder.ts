import { ProtocolError } from '../runtime/index.js';
import { MAX_LINE_BYTES, MAX_SOUND_BYTES, SOUND_HEADER_BYTES } from './limits.js';
import type { SoundMode } from './sound.js';

/** What a bridge sends to MMDAgent-EX, read back: for recordings, monitors and tests. */
export type Unit =
  | { readonly kind: 'sound'; readonly pcm: Uint8Array }
  | { readonly kind: 'mode'; readonly mode: SoundMode }
  | { readonly kind: 'segmentEnd' }
  | { readonly kind: 'line'; readonly text: string };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LETTER_S = 0x53;
const DIGIT_0 = 0x30;

/**
 * Decodes the bytes of one connection towards the peer, strictly: what the real program would misread is an error here.
 *
 * Holds at most one unit (4103 bytes). After an error the decoder is spent: every further call repeats it.
 */
export class UnitDecoder {
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #buffer = new Uint8Array(0);
  /** Where the search for the buffer's line end goes on: a line in many pieces is searched once. */
  #searchedBytes = 0;
  #error: ProtocolError | undefined;

  /**
   * @returns The units that `bytes` completes; payloads are copies.
   * @throws {ProtocolError} BRIDGE_ERR_PEER_PROTOCOL - bad sound header or size, empty or overlong line, bytes that are
   *   no text.
   */
  push(bytes: Uint8Array): Unit[] {
    if (this.#error !== undefined) throw this.#error;
    const units: Unit[] = [];
    const joined = this.#join(bytes);
    let at = 0;
    try {
      for (;;) {
        const end = this.#read(joined, at, units);
        if (end === -1) break;
        at = end;
        this.#searchedBytes = 0;
      }
    } catch (error) {
      this.#error = error instanceof ProtocolError ? error : broken('bytes that are not UTF-8');
      throw this.#error;
    }
    this.#buffer = new Uint8Array(joined.subarray(at));
    return units;
  }

  /** @throws {ProtocolError} BRIDGE_ERR_PEER_PROTOCOL - the stream ended inside a unit. */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.#buffer.byteLength > 0)
      throw broken(`${this.#buffer.byteLength} bytes of an unfinished unit at the end`);
  }

  #join(bytes: Uint8Array): Uint8Array {
    if (this.#buffer.byteLength === 0) return bytes;
    const joined = new Uint8Array(this.#buffer.byteLength + bytes.byteLength);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.byteLength);
    return joined;
  }

  /** Reads one unit at `at` into `units`; returns its end, or -1 when more bytes are needed. */
  #read(bytes: Uint8Array, at: number, units: Unit[]): number {
    const left = bytes.byteLength - at;
    if (left === 0) return -1;
    if (bytes[at] === LETTER_S) {
      if (left < SOUND_HEADER_BYTES) return -1;
      if (bytes[at + 1] === 0x4e && bytes[at + 2] === 0x44) return readSound(bytes, at, units);
    }
    const newline = bytes.indexOf(LINE_FEED, at + this.#searchedBytes);
    const lineBytes = newline === -1 ? left : newline - at + 1;
    if (lineBytes > MAX_LINE_BYTES) throw broken(`a line of more than ${MAX_LINE_BYTES} bytes`);
    if (newline === -1) {
      this.#searchedBytes = left;
      return -1;
    }
    if (newline === at) throw broken('an empty line');
    const line = bytes.subarray(at, newline);
    if (line.includes(0) || line.includes(CARRIAGE_RETURN)) throw broken('a line with NUL or CR in it');
    units.push({ kind: 'line', text: this.#text.decode(line) });
    return newline + 1;
  }
}

const VERBS = new Map<string, Unit>([
  ['STRM', { kind: 'mode', mode: 'stream' }],
  ['FILE', { kind: 'mode', mode: 'file' }],
  ['BRKS', { kind: 'segmentEnd' }],
]);

function readSound(bytes: Uint8Array, at: number, units: Unit[]): number {
  const payloadAt = at + SOUND_HEADER_BYTES;
  let size = 0;
  for (let digitAt = at + 3; digitAt < payloadAt; digitAt++) {
    const digit = (bytes[digitAt] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) {
      const name = String.fromCharCode(...bytes.subarray(at + 3, payloadAt));
      const verb = VERBS.get(name);
      if (verb === undefined) throw broken(`the sound header ${JSON.stringify(`SND${name}`)}`);
      units.push(verb);
      return payloadAt;
    }
    size = 10 * size + digit;
  }
  if (size === 0 || size % 2 !== 0 || size > MAX_SOUND_BYTES) throw broken(`a sound chunk of ${size} bytes`);
  if (bytes.byteLength - payloadAt < size) return -1;
  units.push({ kind: 'sound', pcm: new Uint8Array(bytes.subarray(payloadAt, payloadAt + size)) });
  return payloadAt + size;
}

function broken(what: string): ProtocolError {
  return new ProtocolError(
    'BRIDGE_ERR_PEER_PROTOCOL',
    `Expected sound chunks and lines as MMDAgent-EX takes them, got ${what}`,
  );
}
