import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { encodeMessage } from '../../../../src/protocol/index.js';
import { FakeClock, seededRandom } from '../../../../src/runtime/index.js';
import {
  type Endpoint,
  type Link,
  MemoryLink,
  StdioLink,
  TcpDialLink,
  TcpListenLink,
  WsListenLink,
} from '../../../../src/transport/index.js';
import { selfSigned } from './certificate.js';
import { clientFrame, RawPeer, serverFrames, splitAnswer, upgradeRequest } from './raw-peer.js';

/** The other side of a link, whatever carries it. */
export interface TestPeer {
  /** One message, framed as this transport frames it. */
  encode(payload: Uint8Array): Buffer;
  /** Bytes as they are. */
  say(raw: Uint8Array): void;
  /** Payload received so far; several units run together. */
  heard(): Buffer;
  /** Bytes received so far, cheap. */
  heardSize(): number;
  /** Everything after the last unit, as raw bytes. */
  farewell(): Buffer;
  until(isEnough: () => boolean): Promise<void>;
  untilEnded(): Promise<void>;
  stopReading(): void;
  read(): void;
  bye(): void;
}

export interface Rig {
  readonly link: Link;
  readonly clock: FakeClock;
  /** Connects a peer, or waits until it was dialled. */
  peer(): Promise<TestPeer>;
  /** Ends what the test opened. */
  dispose(): Promise<void>;
}

export interface RigKind {
  readonly name: string;
  readonly canStall: boolean;
  readonly canReconnect: boolean;
  readonly farewell: string;
  make(): Promise<Rig>;
}

const LIVENESS = encodeMessage('BRIDGE_ALIVE', '1');

function socketPeer(raw: RawPeer): TestPeer {
  return {
    encode: (payload) => Buffer.from(payload),
    say: (bytes) => raw.socket.write(bytes),
    heard: () => raw.raw,
    heardSize: () => raw.size,
    farewell: () => raw.raw.subarray(raw.size),
    until: (isEnough) => raw.until(isEnough),
    untilEnded: () => raw.untilEnded(),
    stopReading: () => void raw.socket.pause(),
    read: () => void raw.socket.resume(),
    bye: () => void raw.socket.end(),
  };
}

function webSocketPeer(raw: RawPeer): TestPeer {
  const frames = () => serverFrames(splitAnswer(raw.raw)?.rest ?? Buffer.alloc(0));
  return {
    ...socketPeer(raw),
    encode: (payload) => clientFrame(payload),
    heard: () =>
      Buffer.concat(
        frames()
          .filter(({ first }) => first === 0x82)
          .map(({ payload }) => payload),
      ),
    farewell: () => {
      const last = frames().at(-1);
      return last?.first === 0x82 || last === undefined
        ? Buffer.alloc(0)
        : raw.raw.subarray(-2 - last.payload.length);
    },
  };
}

function portOf(link: Link): number {
  if (link.state.status !== 'listening') throw new Error(`not listening: ${link.state.status}`);
  return link.state.port;
}

async function tcpDial(): Promise<Rig> {
  const clock = new FakeClock();
  const arrived: Socket[] = [];
  let wake = (): void => {};
  const server = createServer((socket) => {
    arrived.push(socket);
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `tcp://127.0.0.1:${port}`;
  const link = new TcpDialLink({ url, host: '127.0.0.1', port, clock, random: seededRandom(1) });
  return {
    link,
    clock,
    peer: async () => {
      await link.start();
      clock.advance(15_000);
      while (arrived.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return socketPeer(new RawPeer(arrived.shift() as Socket));
    },
    dispose: async () => {
      await link.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function tcpListen(): Promise<Rig> {
  const clock = new FakeClock();
  const link = new TcpListenLink({
    url: 'tcp-listen://127.0.0.1:0',
    host: '127.0.0.1',
    port: 0,
    allow: ['127.0.0.1'],
    secondPeer: 'lane',
    livenessFrame: LIVENESS,
    clock,
    random: seededRandom(1),
  });
  return listening(link, clock, async () => socketPeer(new RawPeer(connect(portOf(link), '127.0.0.1'))));
}

function webSocket(isTls: boolean): () => Promise<Rig> {
  return async () => {
    const clock = new FakeClock();
    const link = new WsListenLink({
      url: 'ws-listen://127.0.0.1:0/chat',
      host: '127.0.0.1',
      port: 0,
      path: '/chat',
      allow: ['127.0.0.1'],
      secondPeer: 'lane',
      tls: isTls ? selfSigned() : undefined,
      clock,
      random: seededRandom(1),
    });
    return listening(link, clock, async () => {
      const port = portOf(link);
      const socket = isTls
        ? tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false })
        : connect(port, '127.0.0.1');
      const raw = new RawPeer(socket);
      socket.write(upgradeRequest('/chat'));
      await raw.until(() => raw.hasEnded || splitAnswer(raw.raw) !== undefined);
      return webSocketPeer(raw);
    });
  };
}

function listening(link: Link, clock: FakeClock, dial: () => Promise<TestPeer>): Rig {
  const dialled: TestPeer[] = [];
  return {
    link,
    clock,
    peer: async () => {
      await link.start();
      const peer = await dial();
      dialled.push(peer);
      return peer;
    },
    dispose: async () => {
      await link.close();
      for (const peer of dialled) peer.bye();
    },
  };
}

async function memory(): Promise<Rig> {
  const clock = new FakeClock();
  const opened: TestPeer[] = [];
  const link = new MemoryLink({ url: 'simulator:', open, clock, random: seededRandom(1) });
  function open(): Endpoint {
    const heard: Buffer[] = [];
    let [tell, ended, wake] = [(_: Uint8Array): void => {}, (): void => {}, (): void => {}];
    let isClosed = false;
    const until = async (isEnough: () => boolean): Promise<void> => {
      while (!isEnough()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    opened.push({
      encode: (payload) => Buffer.from(payload),
      say: (bytes) => tell(bytes),
      heard: () => Buffer.concat(heard),
      heardSize: () => heard.reduce((sum, { length }) => sum + length, 0),
      farewell: () => Buffer.alloc(0),
      until,
      untilEnded: () => until(() => isClosed),
      stopReading: () => {},
      read: () => {},
      bye: () => ended(),
    });
    return {
      write: (bytes) => {
        heard.push(Buffer.from(bytes));
        wake();
      },
      onBytes: (listener) => {
        tell = listener;
      },
      onClosed: (listener) => {
        ended = listener;
      },
      close: () => {
        isClosed = true;
        wake();
      },
    };
  }
  return {
    link,
    clock,
    peer: async () => {
      await link.start();
      clock.advance(1_000);
      return opened.at(-1) as TestPeer;
    },
    dispose: () => link.close(),
  };
}

async function stdio(): Promise<Rig> {
  const clock = new FakeClock();
  const [stdin, stdout] = [new PassThrough(), new PassThrough({ highWaterMark: 1024 })];
  const link = new StdioLink({ stdin, stdout, onEnd: () => {}, clock, random: seededRandom(1) });
  return {
    link,
    clock,
    peer: async () => {
      await link.start();
      const raw = new RawPeer(stdout as unknown as Socket);
      return {
        ...socketPeer(raw),
        say: (bytes) => stdin.write(bytes),
        bye: () => void stdin.end(),
        untilEnded: async () => {},
      };
    },
    dispose: () => link.close(),
  };
}

export const RIG_KINDS: readonly RigKind[] = [
  { name: 'TcpDialLink', canStall: true, canReconnect: true, farewell: '', make: tcpDial },
  { name: 'TcpListenLink', canStall: true, canReconnect: true, farewell: '', make: tcpListen },
  { name: 'WsListenLink', canStall: true, canReconnect: true, farewell: '8800', make: webSocket(false) },
  {
    name: 'WsListenLink with TLS',
    canStall: true,
    canReconnect: true,
    farewell: '8800',
    make: webSocket(true),
  },
  { name: 'MemoryLink', canStall: false, canReconnect: true, farewell: '', make: memory },
  { name: 'StdioLink', canStall: true, canReconnect: false, farewell: '', make: stdio },
];
