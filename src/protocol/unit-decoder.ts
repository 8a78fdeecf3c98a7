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
const LETTER_S = 0x53;

/**
 * Decodes the bytes of one connection towards the peer, strictly: what the real program would misread is an error here.
 *
 * Holds at most one unit (4103 bytes). After an error the decoder is spent.
 */
export class UnitDecoder {
  #buffer = new Uint8Array(0);

  /**
   * @returns The units that `bytes` completes; payloads are copies.
   * @throws {ProtocolError} BRIDGE_ERR_PEER_PROTOCOL - bad sound header or size, empty or overlong line.
   */
  push(bytes: Uint8Array): Unit[] {
    const joined = new Uint8Array(this.#buffer.byteLength + bytes.byteLength);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.byteLength);
    const units: Unit[] = [];
    let at = 0;
    for (;;) {
      const next = readUnit(joined, at);
      if (next === undefined) break;
      units.push(next.unit);
      at = next.end;
    }
    this.#buffer = joined.slice(at);
    return units;
  }

  /** @throws {ProtocolError} BRIDGE_ERR_PEER_PROTOCOL - the stream ended inside a unit. */
  end(): void {
    if (this.#buffer.byteLength > 0)
      throw broken(`${this.#buffer.byteLength} bytes of an unfinished unit at the end`);
  }
}

function readUnit(bytes: Uint8Array, at: number): { unit: Unit; end: number } | undefined {
  const left = bytes.byteLength - at;
  if (left === 0) return undefined;
  if (bytes[at] === LETTER_S) {
    if (left < SOUND_HEADER_BYTES) return undefined;
    const header = new TextDecoder('latin1').decode(bytes.subarray(at, at + SOUND_HEADER_BYTES));
    if (header.startsWith('SND')) return readSound(bytes, at, header.slice(3));
  }
  const newline = bytes.indexOf(LINE_FEED, at);
  if (newline === -1) {
    if (left > MAX_LINE_BYTES) throw broken(`a line of more than ${MAX_LINE_BYTES} bytes`);
    return undefined;
  }
  if (newline === at) throw broken('an empty line');
  if (newline - at + 1 > MAX_LINE_BYTES) throw broken(`a line of ${newline - at + 1} bytes`);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at, newline));
  return { unit: { kind: 'line', text }, end: newline + 1 };
}

function readSound(bytes: Uint8Array, at: number, tail: string): { unit: Unit; end: number } | undefined {
  const afterHeader = at + SOUND_HEADER_BYTES;
  if (tail === 'STRM') return { unit: { kind: 'mode', mode: 'stream' }, end: afterHeader };
  if (tail === 'FILE') return { unit: { kind: 'mode', mode: 'file' }, end: afterHeader };
  if (tail === 'BRKS') return { unit: { kind: 'segmentEnd' }, end: afterHeader };
  if (!/^\d{4}$/.test(tail)) throw broken(`the sound header SND${tail}`);
  const size = Number(tail);
  if (size === 0 || size % 2 !== 0 || size > MAX_SOUND_BYTES) throw broken(`a sound chunk of ${size} bytes`);
  if (bytes.byteLength - afterHeader < size) return undefined;
  return {
    unit: { kind: 'sound', pcm: bytes.slice(afterHeader, afterHeader + size) },
    end: afterHeader + size,
  };
}

function broken(what: string): ProtocolError {
  return new ProtocolError(
    'BRIDGE_ERR_PEER_PROTOCOL',
    `Expected sound chunks and lines as MMDAgent-EX takes them, got ${what}`,
  );
}
