import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type Dice, hostileJson, hostileRecord } from './hostile-values.js';

/** What a WebSocket of the server got to hear, and what it said. */
export interface SocketTalk {
  /** Status of the handshake; 0: the connection ended without one. */
  readonly status: number;
  /** Text frames. */
  readonly texts: readonly string[];
  /** Code of the close frame, if one came. */
  readonly closeCode: number | undefined;
  readonly what: string;
  readonly frames: number;
}

export interface HostileSocketOptions {
  readonly dice: Dice;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly string[];
  /** Frames that begin a conversation of this protocol, sent first now and then. */
  readonly opening: readonly (string | Buffer)[];
  /** Right frames, around which things are wrong. */
  readonly right: readonly Readonly<Record<string, unknown>>[];
  /** Whether frames of this protocol are binary, with their type in the first byte. */
  readonly isBinary: boolean;
  readonly frames: number;
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** A handshake (now and then a wrong one) and hostile frames behind it; then the connection is ended, politely or not. */
export async function hostileSocket(options: HostileSocketOptions): Promise<SocketTalk> {
  const { dice, port, frames } = options;
  const socket = connect(port, '127.0.0.1');
  const reader = new FrameReader(socket);
  const handshake = handshakeOf(options);
  socket.write(handshake.bytes);
  const status = await reader.status();
  const sent: string[] = [];
  if (status === 101) {
    const openings = dice.chance(0.7) ? options.opening : [];
    for (const frame of openings)
      socket.write(frameOf(typeof frame === 'string' ? TEXT : BINARY, Buffer.from(frame)));
    for (let count = 0; count < frames && !socket.destroyed; count++) {
      const { bytes, what } = hostileFrame(options);
      sent.push(what);
      socket.write(bytes);
      if (dice.chance(0.2)) await reader.rest(5);
    }
    await reader.rest(dice.chance(0.1) ? 50 : 5);
    if (dice.chance(0.5)) socket.write(frameOf(CLOSE, Buffer.from([0x03, 0xe8])));
  }
  if (dice.chance(0.3)) socket.resetAndDestroy();
  else {
    socket.end();
    await reader.rest(20);
    socket.destroy();
  }
  const what = `${handshake.bytes.toString('latin1')}${sent.join('\n')}`;
  return {
    status,
    texts: reader.texts,
    closeCode: reader.closeCode,
    what: what.slice(0, 3000),
    frames: sent.length,
  };
}

function handshakeOf({ dice, port, path, headers }: HostileSocketOptions): { readonly bytes: Buffer } {
  const key = randomBytes(16).toString('base64');
  const isOdd = dice.chance(0.2);
  const right = [
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
  ];
  const odd = [
    ...[
      'Sec-WebSocket-Version: 7',
      'Sec-WebSocket-Version: 99',
      'Sec-WebSocket-Key: short',
      'Sec-WebSocket-Key: ',
    ],
    ...[
      'Upgrade: h2c',
      'Upgrade: websocket, websocket',
      'Host: evil.example',
      'Origin: https://evil.example',
    ],
    ...[
      `Sec-WebSocket-Protocol: ${'x'.repeat(2000)}`,
      'Sec-WebSocket-Protocol: ,',
      'Sec-WebSocket-Protocol: a, a',
    ],
    ...[
      'Sec-WebSocket-Protocol: Authorization.',
      'Sec-WebSocket-Protocol: Visitor.',
      'Authorization: Bearer wrong',
    ],
    ...['Sec-WebSocket-Protocol: mmdagent-bridge.v99', 'Sec-WebSocket-Extensions: permessage-deflate; x="'],
    ...[
      'Sec-WebSocket-Protocol: mmdagent-bridge.v1, Visitor.x',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
    ],
  ];
  const strange = dice.of(odd);
  const name = `${strange.slice(0, strange.indexOf(':'))}:`;
  const lines = isOdd ? [...right.filter((line) => !line.startsWith(name)), strange] : right;
  const query = dice.chance(0.15)
    ? `?${dice.of(['audio=', 'audio=mp3', 'lane=%00', 'session_id=%ff', 'a=b&'.repeat(500)])}`
    : '';
  const method = isOdd && dice.chance(0.1) ? 'POST' : 'GET';
  const text = [`${method} ${path}${query} HTTP/1.1`, ...lines, ...headers, '', ''].join('\r\n');
  return { bytes: Buffer.from(text, 'latin1') };
}

function hostileFrame(options: HostileSocketOptions): { readonly bytes: Buffer; readonly what: string } {
  const { dice, right, isBinary, opening } = options;
  const json = (): Buffer =>
    dice.chance(0.3)
      ? hostileJson(dice)
      : Buffer.from(hostileRecord(dice, right.length > 0 ? dice.of(right) : {}));
  const told = (what: string, bytes: Buffer): { bytes: Buffer; what: string } => ({ what, bytes });
  const typed = (): Buffer => Buffer.concat([Buffer.from([dice.below(256)]), dice.bytes(dice.below(40))]);
  const kinds: readonly (() => { bytes: Buffer; what: string })[] = [
    () => {
      const payload = isBinary ? typed() : json();
      return told(
        `frame ${payload.toString('latin1').slice(0, 200)}`,
        frameOf(isBinary ? BINARY : TEXT, payload),
      );
    },
    () => {
      const payload = isBinary ? json() : typed();
      return told('frame of the other kind', frameOf(isBinary ? TEXT : BINARY, payload));
    },
    () => told('opening again', frameOf(isBinary ? BINARY : TEXT, Buffer.from(dice.of([...opening, ''])))),
    () => {
      const cut = Buffer.alloc(dice.below(20));
      cut[0] = dice.of([1, 2, 3]);
      return told('half a header', frameOf(BINARY, cut));
    },
    () => {
      const sound = Buffer.alloc(20 + dice.of([0, 1, 640, 70_000]));
      sound.set([dice.of([0, 1, 2, 3, 200]), 0, 0, dice.below(3), 0, 0, 0, dice.below(3)]);
      return told('sound', frameOf(BINARY, sound));
    },
    () => {
      const payload = json();
      const half = payload.byteLength >> 1;
      const first = frameOf(TEXT, payload.subarray(0, half), { isFinal: false });
      return told(
        'fragments',
        Buffer.concat([first, frameOf(9, Buffer.from('p')), frameOf(0, payload.subarray(half))]),
      );
    },
    () => told('text that is no UTF-8', frameOf(TEXT, Buffer.from([0xff, 0xfe, 0x80]))),
    () => told('pings', Buffer.concat(Array.from({ length: 20 }, () => frameOf(9, dice.bytes(20))))),
    () => told('pong nobody asked for', frameOf(10, dice.bytes(5))),
    ...(dice.chance(0.25) ? endings(dice) : []),
  ];
  return dice.of(kinds)();
}

/** Frames after which the server ends the connection. */
function endings(dice: Dice): readonly (() => { bytes: Buffer; what: string })[] {
  const frame = (what: string, bytes: Buffer) => () => ({ what, bytes });
  return [
    frame('continuation of nothing', frameOf(0, Buffer.from('x'))),
    frame('reserved bits', frameOf(TEXT, Buffer.from('{}'), { reserved: 0x40 })),
    frame('reserved type', frameOf(5, Buffer.from('{}'))),
    frame('without a mask', frameOf(TEXT, Buffer.from('{}'), { isMasked: false })),
    frame('ping that is too long', frameOf(9, dice.bytes(126))),
    frame(
      'a length that nobody has',
      Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    ),
    frame(
      'longer than is taken',
      Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]), dice.bytes(1000)]),
    ),
    frame('a close code that is none', frameOf(CLOSE, Buffer.from([0x00, 0x01]))),
    frame('half a close code', frameOf(CLOSE, Buffer.from([0x03]))),
    frame('cut off', Buffer.from([0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5])),
    frame('noise', dice.bytes(200)),
  ];
}

interface FrameForm {
  readonly isFinal?: boolean;
  readonly reserved?: number;
  readonly isMasked?: boolean;
}

export function frameOf(
  type: number,
  payload: Uint8Array,
  { isFinal = true, reserved = 0, isMasked = true }: FrameForm = {},
): Buffer {
  const size = payload.byteLength;
  const masked = isMasked ? 0x80 : 0;
  const head = [(isFinal ? 0x80 : 0) | reserved | type];
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  if (size < 126) head.push(masked | size);
  else if (size < 65_536) head.push(masked | 126, ...length.subarray(6));
  else head.push(masked | 127, ...length);
  if (!isMasked) return Buffer.concat([Buffer.from(head), payload]);
  const mask = Buffer.from([7, 77, 177, 27]);
  return Buffer.concat([Buffer.from(head), mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

/** Reads the answer to a handshake and the frames behind it. */
class FrameReader {
  readonly texts: string[] = [];
  closeCode: number | undefined;
  #bytes = Buffer.alloc(0);
  #status: number | undefined;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#read();
      this.#wake();
    });
    socket.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  async status(): Promise<number> {
    while (this.#status === undefined && !this.#isOver) await this.rest(2000);
    return this.#status ?? 0;
  }

  /** Until something comes, or so long. */
  async rest(ms: number): Promise<void> {
    if (this.#isOver) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #read(): void {
    if (this.#status === undefined) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#status = Number(this.#bytes.toString('latin1', 9, 12));
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    if (this.#status !== 101) return;
    for (;;) {
      const [type = 0, size = 0] = this.#bytes;
      const long = size === 126 ? 2 : size === 127 ? 8 : 0;
      if (this.#bytes.byteLength < 2 + long) return;
      const length =
        long === 0 ? size : long === 2 ? this.#bytes.readUInt16BE(2) : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.byteLength < 2 + long + length) return;
      const payload = this.#bytes.subarray(2 + long, 2 + long + length);
      this.#bytes = this.#bytes.subarray(2 + long + length);
      if ((type & 15) === TEXT) this.texts.push(payload.toString('utf8'));
      // The popup's errors are binary: 0x99 and text.
      else if ((type & 15) === BINARY && payload[0] === 0x99) this.texts.push(payload.toString('utf8', 1));
      else if ((type & 15) === CLOSE && length >= 2) this.closeCode = payload.readUInt16BE(0);
    }
  }
}
