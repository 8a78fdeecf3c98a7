import type { Socket } from 'node:net';

/** A peer written against bare sockets: shares nothing with the product. */
export class RawPeer {
  readonly socket: Socket;
  /** Every chunk as the socket gave it. */
  readonly chunks: Buffer[] = [];
  #size = 0;
  hasEnded = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake();
    });
    socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.hasEnded = true;
        this.#wake();
      });
    }
  }

  get raw(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get size(): number {
    return this.#size;
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  untilEnded(): Promise<void> {
    return this.until(() => this.hasEnded);
  }
}

/** What MMDAgent-EX asks, byte for byte in the measured order. */
export function upgradeRequest(target: string, extra = ''): string {
  return [
    `GET ${target} HTTP/1.1`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'X-App-Type: MMDAgent',
    'Host: 127.0.0.1:9051',
    extra === '' ? '\r\n' : `${extra}\r\n\r\n`,
  ].join('\r\n');
}

/** Head of the answer and what followed it. */
export function splitAnswer(raw: Buffer): { readonly head: string; readonly rest: Buffer } | undefined {
  const at = raw.indexOf('\r\n\r\n');
  if (at < 0) return undefined;
  return { head: raw.subarray(0, at).toString('latin1'), rest: raw.subarray(at + 4) };
}

/** A frame as a client sends it: masked. */
export function clientFrame(payload: Uint8Array, first = 0x81, mask = [0x11, 0x22, 0x33, 0x44]): Buffer {
  const { length } = payload;
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0x80 | 126, length >> 8, length & 0xff]
        : [0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.of(first, ...size, ...mask), masked]);
}

export interface ServerFrame {
  readonly first: number;
  readonly payload: Buffer;
}

/** Frames of a server: unmasked. Throws on anything MMDAgent-EX would not take. */
export function serverFrames(raw: Buffer): ServerFrame[] {
  const frames: ServerFrame[] = [];
  let at = 0;
  while (at + 2 <= raw.length) {
    const first = raw[at] ?? 0;
    let length = raw[at + 1] ?? 0;
    if (length >= 127) throw new Error(`A masked or very long frame from the bridge at byte ${at}`);
    let from = at + 2;
    if (length === 126) {
      if (from + 2 > raw.length) break;
      length = raw.readUInt16BE(from);
      from += 2;
    }
    if (from + length > raw.length) break;
    frames.push({ first, payload: raw.subarray(from, from + length) });
    at = from + length;
  }
  return frames;
}
