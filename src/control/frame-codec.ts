import { ProtocolError } from '../runtime/index.js';

/** One frame of the control protocol on a byte stream. */
export type ControlFrame =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'sound'; readonly bytes: Uint8Array };

const JSON_TAG = 0x4a;
const SOUND_TAG = 0x53;
const HEADER_BYTES = 5;
/** Larger than any frame that either side sends: a full message line with its wrapping, or two seconds of sound. */
export const MAX_CONTROL_FRAME_BYTES = 256 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** u32 length of what follows (big endian), a tag (`J` or `S`), the payload. */
export function encodeControlFrame(frame: ControlFrame): Uint8Array {
  const payload = frame.kind === 'json' ? encoder.encode(frame.text) : frame.bytes;
  const bytes = new Uint8Array(HEADER_BYTES + payload.byteLength);
  new DataView(bytes.buffer).setUint32(0, payload.byteLength + 1);
  bytes[4] = frame.kind === 'json' ? JSON_TAG : SOUND_TAG;
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Reads frames from a byte stream cut anywhere. Holds at most one frame; after an error it is spent. */
export class ControlFrameDecoder {
  #buffer = new Uint8Array(0);
  #length = 0;

  /**
   * @returns Frames that `bytes` completes; sound is copied.
   * @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL - impossible length, unknown tag, JSON text that is not UTF-8.
   */
  push(bytes: Uint8Array): ControlFrame[] {
    this.#append(bytes);
    const frames: ControlFrame[] = [];
    let at = 0;
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#length);
    while (this.#length - at >= HEADER_BYTES) {
      const size = view.getUint32(at);
      if (size < 1 || size > MAX_CONTROL_FRAME_BYTES) throw broken(`a frame of ${size} bytes`);
      const end = at + 4 + size;
      if (end > this.#length) break;
      frames.push(readFrame(this.#buffer, at + 4, end));
      at = end;
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
    return frames;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.byteLength;
    if (needed > this.#buffer.byteLength) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.byteLength, 1024));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }
}

function readFrame(buffer: Uint8Array, from: number, end: number): ControlFrame {
  const tag = buffer[from];
  const payload = buffer.subarray(from + 1, end);
  if (tag === SOUND_TAG) return { kind: 'sound', bytes: payload.slice() };
  if (tag !== JSON_TAG) throw broken(`a frame with the tag ${tag}`);
  try {
    return { kind: 'json', text: decoder.decode(payload) };
  } catch (error) {
    throw new ProtocolError('BRIDGE_ERR_CONTROL_PROTOCOL', 'Expected UTF-8 in a control frame', {
      cause: error,
    });
  }
}

function broken(what: string): ProtocolError {
  return new ProtocolError('BRIDGE_ERR_CONTROL_PROTOCOL', `Expected a control frame, got ${what}`);
}
