import type { Caller } from '../access/index.js';
import { BridgeError, type Clock, type Logger, type Timer } from '../runtime/index.js';
import type { ApiConnection, RawFrame } from './connection.js';
import type { ApiConnections } from './connections.js';
import { failureOf, malformed } from './failure.js';
import { Hello } from './messages-in.js';
import type { Welcome } from './messages-out.js';
import type { Carrier } from './outbox.js';
import { API_FEATURES, API_LIMITS, API_VERSIONS, CLOSE_CODES } from './protocol.js';
import { faultOf } from './requests.js';
import { decodeSoundFrame } from './sound-frame.js';

/** What carries the frames: a WebSocket. */
export interface SocketPort extends Carrier {
  close(code: number, reason: string): void;
}

export interface ApiSocketOptions {
  readonly port: SocketPort;
  readonly caller: Caller;
  readonly connections: ApiConnections;
  /** As the handshake agreed on. */
  readonly version: number;
  /** Name and version, for `welcome`. */
  readonly server: string;
  /** Called before something is said to an avatar. @throws {BridgeError} it is too often. @default it never is */
  readonly spendTurn?: (() => void) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const FORGIVE_EVERY_MS = 10_000;

/**
 * One socket: hello, then frames of a connection until it closes. Frames that are none are answered, and borne up to twenty, one more
 * each ten seconds.
 */
export class ApiSocket {
  readonly #options: ApiSocketOptions;
  readonly #hello: Timer;
  #connection: ApiConnection | undefined;
  #isClosed = false;
  #malformed = 0;
  #forgivenMs: number;

  constructor(options: ApiSocketOptions) {
    this.#options = options;
    this.#forgivenMs = options.clock.nowMs();
    this.#hello = options.clock.after(API_LIMITS.helloMs, () =>
      this.close(CLOSE_CODES.slow, 'Expected hello within 10 s'),
    );
  }

  /** A frame of text. Never throws. */
  receivedText(text: string): void {
    this.#try(() => {
      const frame = parseFrame(text);
      if (this.#connection !== undefined) this.#connection.received(frame);
      else this.#greet(frame);
    });
  }

  /** A binary frame. Never throws. */
  receivedBytes(bytes: Uint8Array): void {
    this.#try(() => {
      const frame = decodeSoundFrame(bytes);
      if (frame === undefined || this.#connection === undefined)
        throw malformed('Expected a header of 20 bytes and whole samples, after hello');
      this.#connection.receivedSound(frame);
    });
  }

  /** The socket is gone. Idempotent. @param code - of WebSocket: 1000 and 1001 say that the client does not come back. */
  closed(code?: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#hello.cancel();
    const { connections } = this.#options;
    if (this.#connection !== undefined)
      connections.lost(this.#connection, this, code === 1000 || code === 1001);
  }

  /** Idempotent. */
  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.closed();
    this.#options.port.close(code, reason);
  }

  #greet(frame: RawFrame): void {
    const parsed = Hello.safeParse(frame);
    if (!parsed.success) throw malformed(`Expected hello first: ${faultOf(parsed.error.issues)}`);
    const { version, resume } = parsed.data;
    if (version !== this.#options.version) {
      this.close(CLOSE_CODES.version, `Expected version ${API_VERSIONS.join(' or ')}`);
      return;
    }
    const { connections, caller, port } = this.#options;
    const resumed = resume === undefined ? undefined : connections.resume(caller, resume, this);
    if (resumed === undefined && connections.countOf(caller) >= API_LIMITS.connectionsPerCaller) {
      this.close(
        CLOSE_CODES.tooMany,
        `Expected at most ${API_LIMITS.connectionsPerCaller} connections of a caller`,
      );
      return;
    }
    this.#hello.cancel();
    const connection = resumed ?? connections.open(caller, this);
    this.#connection = connection;
    connection.spendTurn = this.#options.spendTurn;
    const welcome = JSON.stringify(this.#welcome(connection, resumed !== undefined));
    connection.attach(port, resumed === undefined ? 0 : (resume?.lastSeq ?? 0), welcome);
  }

  #welcome(connection: ApiConnection, isResumed: boolean): Welcome {
    const { version, server, caller } = this.#options;
    return {
      type: 'welcome',
      version,
      server,
      features: [...API_FEATURES],
      connection: connection.id,
      token: connection.token,
      role: caller.role,
      isResumed,
      soundSeq: connection.soundSeq,
      keptMs: API_LIMITS.keptMs,
    };
  }

  #try(receive: () => void): void {
    if (this.#isClosed) return;
    try {
      receive();
    } catch (error) {
      this.#wrong(error);
    }
  }

  #wrong(error: unknown): void {
    const failure = failureOf(error, this.#options.logger);
    if (this.#connection !== undefined) this.#connection.outbox.tell('error', { error: failure });
    else this.#options.port.send(JSON.stringify({ type: 'error', seq: 0, error: failure }), () => {});
    if (!(error instanceof BridgeError)) return;
    const nowMs = this.#options.clock.nowMs();
    const forgiven = Math.floor((nowMs - this.#forgivenMs) / FORGIVE_EVERY_MS);
    this.#forgivenMs += forgiven * FORGIVE_EVERY_MS;
    this.#malformed = Math.max(0, this.#malformed - forgiven) + 1;
    if (this.#malformed > API_LIMITS.malformedFrames)
      this.close(CLOSE_CODES.malformed, 'Too many frames that are none');
  }
}

/** @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL */
function parseFrame(text: string): RawFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('Expected a frame of JSON');
  }
  const isFrame =
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
  if (!isFrame) throw malformed('Expected an object with a type');
  return value as RawFrame;
}
