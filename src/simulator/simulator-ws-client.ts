import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock, Random, Timer } from '../runtime/index.js';
import { type DialResult, redial } from './redial.js';
import type { SimulatedPeer } from './simulated-peer.js';
import { bridgeSocket } from './socket-bridge.js';
import {
  encodeClientFrame,
  WS_CLOSE,
  WS_PING,
  WS_PONG,
  WS_TEXT,
  type WsFrame,
  WsFrameReader,
} from './ws-frames.js';
import { readHandshake, upgradeRequest } from './ws-handshake.js';

export interface SimulatorWsClientOptions {
  readonly core: SimulatedPeer;
  readonly clock: Clock;
  readonly host: string;
  /** TLS is used if and only if this is 443, without any check of the certificate [peer-facts-2 5]. */
  readonly port: number;
  /** `Plugin_Remote_Websocket_Directory`, begins with `/`. */
  readonly path: string;
  /** As RetryCount in the .mdf; the real default is 0. @default 1000000 */
  readonly retryCount?: number;
  /** Frame masks. @default Math.random */
  readonly random?: Random;
}

/** A frame that stops arriving for this long ends the connection [peer-facts 0.5: 20 ms ends it, 3 ms is survived]. */
const ARRIVAL_PAUSE_MS = 20;

/** The peer as WebSocket client (`Plugin_Remote_Websocket_Host`), with its own framing: pauses, close payloads, pongs as measured. */
export class SimulatorWsClient {
  readonly #options: SimulatorWsClientOptions;
  readonly #random: Random;
  readonly #stop = new AbortController();
  #tearDown: (() => void) | undefined;
  #serial = 0;

  constructor(options: SimulatorWsClientOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Starts the program and dials as the real one does; resolves when it will never dial again. */
  run(): Promise<'gave-up' | 'ended'> {
    const { core, clock, path, retryCount = 1_000_000 } = this.#options;
    core.start();
    return redial({
      clock,
      retryCount,
      dial: (suffix) => this.#dial(path + suffix),
      isAlive: () => core.status === 'running',
      signal: this.#stop.signal,
    });
  }

  /** Ends dialling and the connection; idempotent. Close the core first, else it dies of the lost connection. */
  close(): void {
    this.#stop.abort();
    this.#tearDown?.();
  }

  #dial(path: string): Promise<DialResult> {
    const { host, port } = this.#options;
    const isTls = port === 443;
    const key = randomBytes(16).toString('base64');
    return new Promise((resolve) => {
      const socket = isTls
        ? connectTls({ host, port, servername: host, rejectUnauthorized: false })
        : connect({ host, port });
      const refuse = (): void => {
        socket.destroy();
        resolve({ kind: 'refused' });
      };
      let head: Uint8Array = new Uint8Array(0);
      const onData = (bytes: Uint8Array): void => {
        head = Buffer.concat([head, bytes]);
        const answer = readHandshake(head, key);
        if (answer.kind === 'incomplete') return;
        socket.removeListener('data', onData);
        socket.removeListener('error', refuse);
        socket.removeListener('close', refuse);
        if (answer.kind === 'upgraded') {
          resolve({ kind: 'connected', ended: this.#attach(socket, answer.rest) });
          return;
        }
        socket.destroy();
        resolve(answer);
      };
      socket.once('error', refuse);
      socket.once('close', refuse);
      socket.on('data', onData);
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        socket.write(upgradeRequest(path, isTls ? host : `${host}:${port}`, key));
      });
      this.#tearDown = refuse;
    });
  }

  #attach(socket: Socket, rest: Uint8Array): Promise<void> {
    const { core, host } = this.#options;
    const connectionId = `ws-${++this.#serial}`;
    const reader = new WsFrameReader();
    let pauseTimer: Timer | undefined;
    const ended = new Promise<void>((resolve) => {
      const gone = (): void => {
        pauseTimer?.cancel();
        resolve();
      };
      const encode = (message: Uint8Array): Uint8Array => encodeClientFrame(WS_TEXT, message, this.#random);
      const tearDown = bridgeSocket({ core, connectionId, socket, encode, onGone: gone });
      this.#tearDown = () => {
        tearDown();
        gone();
      };
    });
    let arrivals = 0;
    const onData = (bytes: Uint8Array): void => {
      pauseTimer?.cancel();
      const arrival = ++arrivals;
      const frames = reader.push(bytes);
      if (frames === 'too-large') socket.destroy();
      else for (const frame of frames) this.#take(socket, connectionId, frame);
      if (!reader.isMidFrame) return;
      pauseTimer = this.#options.clock.after(ARRIVAL_PAUSE_MS, () => {
        // A stalled event loop must not look like a pause of the sender: bytes already there are read first.
        setImmediate(() => {
          if (arrivals === arrival) socket.destroy();
        });
      });
    };
    socket.on('data', onData);
    core.connect(connectionId, { kind: 'websocket', remoteAddress: host });
    if (rest.length > 0) onData(rest);
    return ended;
  }

  #take(socket: Socket, connectionId: string, { opcode, payload }: WsFrame): void {
    if (opcode === WS_PONG) return;
    if (opcode === WS_PING) {
      // An empty ping is answered with one zero byte.
      const pong = payload.length === 0 ? new Uint8Array(1) : payload;
      socket.write(encodeClientFrame(WS_PONG, pong, this.#random));
      return;
    }
    // A close frame is not answered; its payload goes the way of all bytes, an empty one leaves nothing.
    if (opcode === WS_CLOSE && payload.length === 0) return;
    this.#options.core.receive(connectionId, payload);
  }
}
