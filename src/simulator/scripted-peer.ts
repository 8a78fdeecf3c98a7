import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, errorText, sleep, TransportError } from '../runtime/index.js';
import { upgradeRequest } from './ws-handshake.js';

/** One thing a scripted connection does; text is Latin-1, one byte per character. */
export type ScriptStep =
  | { readonly send: string | Uint8Array }
  /** Waits until these bytes have come next, after whatever was expected before. */
  | { readonly expect: string | Uint8Array; readonly withinMs?: number }
  | { readonly waitMs: number }
  /** Sends the measured upgrade request for a path and reads the answer's head; then frames are bytes like all others. */
  | { readonly upgrade: string }
  /** Ends the connection: with FIN, or torn down with a reset. */
  | { readonly close: 'fin' | 'reset' };

export type ScriptedEnd =
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'dial'; readonly port: number };

export interface ScriptedPeerOptions {
  readonly clock: Clock;
  /** Loopback only. For a WebSocket client: dial, and begin each script with `upgrade`. */
  readonly end: ScriptedEnd;
  /** One script for each successive connection; later connections are refused (listen) or not made (dial). */
  readonly connections: readonly (readonly ScriptStep[])[];
}

/** What came of one scripted connection. */
export interface ScriptOutcome {
  /** The first step that failed, in words; undefined when all went as written. */
  readonly failure: string | undefined;
  /** Everything received, up to 1 MiB. */
  readonly received: Uint8Array;
}

const HOST = '127.0.0.1';
const MAX_RECEIVED_BYTES = 1024 * 1024;
const EXPECT_MS = 5000;

/** A peer without a mind: plays given bytes, expects given bytes, one script per successive connection. For tests. */
export class ScriptedPeer {
  readonly #options: ScriptedPeerOptions;
  readonly #outcomes: Promise<ScriptOutcome>[] = [];
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #resolveAll: (() => void) | undefined;

  constructor(options: ScriptedPeerOptions) {
    this.#options = options;
  }

  /** Listens or dials; returns the port. @throws {TransportError} BRIDGE_ERR_LINK_LISTEN, BRIDGE_ERR_LINK_DIAL. */
  async start(): Promise<number> {
    const { end } = this.#options;
    if (end.kind === 'dial') {
      await this.#dial(end.port, 0);
      return end.port;
    }
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new TransportError('BRIDGE_ERR_LINK_LISTEN', errorText(error), { cause: error })),
      );
      server.listen(end.port, HOST, resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : end.port;
  }

  /** Outcomes of all scripts, once each has run. */
  async finished(): Promise<readonly ScriptOutcome[]> {
    if (this.#outcomes.length < this.#options.connections.length) {
      await new Promise<void>((resolve) => {
        this.#resolveAll = resolve;
      });
    }
    return Promise.all(this.#outcomes);
  }

  /** Ends everything; idempotent. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server?.listening === true) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const script = this.#options.connections[this.#outcomes.length];
    if (script === undefined) socket.destroy();
    else this.#run(socket, script);
  }

  async #dial(port: number, index: number): Promise<void> {
    const script = this.#options.connections[index];
    if (script === undefined) return;
    const socket = connect({ host: HOST, port });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) =>
        reject(new TransportError('BRIDGE_ERR_LINK_DIAL', errorText(error), { cause: error })),
      );
      socket.once('connect', resolve);
    });
    const outcome = this.#run(socket, script);
    void outcome.then(() => this.#dial(port, index + 1)).catch(() => this.#resolveAll?.());
  }

  #run(socket: Socket, script: readonly ScriptStep[]): Promise<ScriptOutcome> {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    const outcome = runScript(new ScriptRun(socket, this.#options.clock), script);
    this.#outcomes.push(outcome);
    if (this.#outcomes.length >= this.#options.connections.length) this.#resolveAll?.();
    return outcome;
  }
}

/** What one scripted connection has received and read. */
class ScriptRun {
  readonly socket: Socket;
  readonly clock: Clock;
  received: Buffer = Buffer.alloc(0);
  #readAt = 0;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.socket = socket;
    this.clock = clock;
    socket.on('data', (bytes) => {
      if (this.received.length < MAX_RECEIVED_BYTES) this.received = Buffer.concat([this.received, bytes]);
      this.#wake?.();
    });
    socket.on('close', () => this.#wake?.());
  }

  /** Reads until `isEnough` gives the number of bytes taken; false when time or the connection ends first. */
  async read(isEnough: (unread: Buffer) => number | undefined, withinMs: number): Promise<boolean> {
    let isLate = false;
    const timer = this.clock.after(withinMs, () => {
      isLate = true;
      this.#wake?.();
    });
    for (;;) {
      const taken = isEnough(this.received.subarray(this.#readAt));
      if (taken !== undefined || isLate || this.socket.destroyed) {
        timer.cancel();
        this.#readAt += taken ?? 0;
        return taken !== undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function runScript(run: ScriptRun, script: readonly ScriptStep[]): Promise<ScriptOutcome> {
  for (const [index, step] of script.entries()) {
    const failure = await runStep(run, step);
    if (failure !== undefined) return { failure: `step ${index}: ${failure}`, received: run.received };
  }
  return { failure: undefined, received: run.received };
}

async function runStep(run: ScriptRun, step: ScriptStep): Promise<string | undefined> {
  if ('send' in step) run.socket.write(bytesOf(step.send));
  else if ('waitMs' in step) await sleep(run.clock, step.waitMs);
  else if ('close' in step) {
    if (step.close === 'fin') run.socket.end();
    else run.socket.resetAndDestroy();
  } else if ('upgrade' in step) {
    const key = randomBytes(16).toString('base64');
    run.socket.write(upgradeRequest(step.upgrade, `${HOST}:${run.socket.remotePort ?? 0}`, key));
    const isAnswered = await run.read((unread) => {
      const end = unread.indexOf('\r\n\r\n');
      return end < 0 ? undefined : end + 4;
    }, EXPECT_MS);
    return isAnswered ? undefined : 'no answer to the upgrade request';
  } else {
    const wanted = bytesOf(step.expect);
    const isThere = await run.read((unread) => {
      const at = unread.indexOf(wanted);
      return at < 0 ? undefined : at + wanted.length;
    }, step.withinMs ?? EXPECT_MS);
    return isThere ? undefined : `did not receive ${JSON.stringify(Buffer.from(wanted).toString('latin1'))}`;
  }
  return undefined;
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}
