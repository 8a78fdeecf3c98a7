import type { Random } from '../runtime/index.js';

/** One frame of a WebSocket server, unmasked. */
export interface WsFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

export const WS_TEXT = 0x1;
export const WS_CLOSE = 0x8;
export const WS_PING = 0x9;
export const WS_PONG = 0xa;

/** No frame the peer survives is longer than 8191 bytes; this is where the reader stops waiting for the rest. */
const MAX_PAYLOAD_BYTES = 65_536;

/**
 * Reads server frames from a byte stream. Written here on purpose: the bridge's server uses a WebSocket library, and a
 * stand-in using the same one would share its mistakes; the peer's oddities (arrival pauses, close payloads) need it anyway.
 */
export class WsFrameReader {
  #buffer: Uint8Array = new Uint8Array(0);

  /** True while the beginning of a frame waits for its rest. */
  get isMidFrame(): boolean {
    return this.#buffer.length > 0;
  }

  /** Whole frames in order, or `'too-large'` when one announces more than 64 KiB. */
  push(bytes: Uint8Array): WsFrame[] | 'too-large' {
    const buffer = new Uint8Array(this.#buffer.length + bytes.length);
    buffer.set(this.#buffer);
    buffer.set(bytes, this.#buffer.length);
    const frames: WsFrame[] = [];
    let at = 0;
    for (;;) {
      const head = headOf(buffer, at);
      if (head === undefined) break;
      if (head.payloadBytes > MAX_PAYLOAD_BYTES) return 'too-large';
      const end = head.payloadAt + head.payloadBytes;
      if (end > buffer.length) break;
      frames.push({ opcode: head.opcode, payload: buffer.slice(head.payloadAt, end) });
      at = end;
    }
    this.#buffer = buffer.slice(at);
    return frames;
  }
}

/** A final, masked frame as clients send them. */
export function encodeClientFrame(opcode: number, payload: Uint8Array, random: Random): Uint8Array {
  const length = payload.length;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extended + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  const maskAt = 2 + extended;
  for (let at = 0; at < 4; at++) frame[maskAt + at] = Math.floor(random() * 256);
  for (let at = 0; at < length; at++) {
    frame[maskAt + 4 + at] = (payload[at] ?? 0) ^ (frame[maskAt + (at % 4)] ?? 0);
  }
  return frame;
}

interface FrameHead {
  readonly opcode: number;
  readonly payloadAt: number;
  readonly payloadBytes: number;
}

function headOf(buffer: Uint8Array, at: number): FrameHead | undefined {
  const first = buffer[at];
  const second = buffer[at + 1];
  if (first === undefined || second === undefined) return undefined;
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const opcode = first & 0x0f;
  const short = second & 0x7f;
  if (short < 126) return { opcode, payloadAt: at + 2, payloadBytes: short };
  const extended = short === 126 ? 2 : 8;
  if (buffer.length < at + 2 + extended) return undefined;
  const payloadBytes = extended === 2 ? view.getUint16(at + 2) : Number(view.getBigUint64(at + 2));
  return { opcode, payloadAt: at + 2 + extended, payloadBytes };
}
