import type { Caller } from '../../../src/access/index.js';
import { ApiSocket, type SocketPort } from '../../../src/api/api-socket.js';
import { type AvatarAllowance, AvatarRights } from '../../../src/api/avatar-port.js';
import type { ClientSocket } from '../../../src/api/client/client-socket.js';
import { connect } from '../../../src/api/client/connect.js';
import type { BridgeApi } from '../../../src/api/client/index.js';
import { ApiConnections } from '../../../src/api/connections.js';
import { Holders } from '../../../src/api/holders.js';
import { decodeSoundFrame, type SoundFrame } from '../../../src/api/sound-frame.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { FakeAvatars } from './fake-avatars.js';
import { FakeSessions } from './fake-sessions.js';

export const ANN: Caller = { id: 'key:ann', role: 'client', label: 'key:ann' };
export const BOB: Caller = { id: 'key:bob', role: 'client', label: 'key:bob' };
export const OPERATOR: Caller = { id: 'local', role: 'operator', label: 'local' };

export type Told = { readonly type: string; readonly seq: number; readonly [field: string]: unknown };

/** The server's side of one socket, and what it told. */
export class TestSocket implements SocketPort {
  readonly texts: Told[] = [];
  readonly sounds: SoundFrame[] = [];
  /** Everything, in order. */
  readonly frames: (Told | SoundFrame)[] = [];
  readonly life: ApiSocket;
  bufferedBytes = 0;
  closedWith: readonly [code: number, reason: string] | undefined;
  /** Told of each frame, as it comes. */
  onFrame: (data: string | Uint8Array) => void = () => {};
  readonly #waiting: (() => void)[] = [];

  constructor(life: (port: SocketPort) => ApiSocket) {
    this.life = life(this);
  }

  send(data: string | Uint8Array, done: () => void): void {
    if (this.closedWith !== undefined) return;
    if (typeof data === 'string') this.#took(JSON.parse(data) as Told, this.texts);
    else {
      const frame = decodeSoundFrame(data);
      if (frame === undefined) throw new Error('The server sent a binary frame that is none');
      this.#took(frame, this.sounds);
    }
    this.onFrame(data);
    if (this.bufferedBytes === 0) done();
    else this.#waiting.push(done);
  }

  close(code: number, reason: string): void {
    this.closedWith ??= [code, reason];
    this.onClose(code, reason);
  }

  onClose: (code: number, reason: string) => void = () => {};

  /** The network takes everything again. */
  drain(): void {
    this.bufferedBytes = 0;
    for (const done of this.#waiting.splice(0)) done();
  }

  say(frame: object): void {
    this.life.receivedText(JSON.stringify(frame));
  }

  /** The answer to a request. */
  answerOf(id: number): Told | undefined {
    return this.texts.find((one) => one['id'] === id);
  }

  of(type: string): readonly Told[] {
    return this.texts.filter((one) => one.type === type);
  }

  #took<T extends Told | SoundFrame>(frame: T, list: T[]): void {
    list.push(frame);
    this.frames.push(frame);
  }
}

export interface RigOptions {
  readonly allowance?: AvatarAllowance;
}

/** The server side of the WebSocket without network and time. */
export class ApiRig {
  readonly clock = new FakeClock(1000);
  readonly sessions = new FakeSessions();
  readonly avatars = new FakeAvatars();
  readonly connections: ApiConnections;
  #tokens = 0;

  constructor({ allowance = {} }: RigOptions = {}) {
    this.connections = new ApiConnections({
      clock: this.clock,
      logger: SILENT_LOGGER,
      sessions: this.sessions,
      avatars: this.avatars,
      rights: new AvatarRights(allowance),
      holders: new Holders(),
      newToken: () => `token-${++this.#tokens}`,
    });
  }

  /** Asked before each turn. */
  spendTurn: () => void = () => {};

  socket(caller: Caller = ANN): TestSocket {
    const { connections, clock } = this;
    const spendTurn = (): void => this.spendTurn();
    return new TestSocket(
      (port) =>
        new ApiSocket({
          port,
          caller,
          connections,
          version: 1,
          server: 'test',
          spendTurn,
          clock,
          logger: SILENT_LOGGER,
        }),
    );
  }

  /** A socket that has said hello. */
  greeted(caller: Caller = ANN, resume?: object): TestSocket {
    const socket = this.socket(caller);
    socket.say({ type: 'hello', version: 1, ...(resume === undefined ? {} : { resume }) });
    return socket;
  }

  /** What a client says to go on with what a socket had. */
  resumeOf(socket: TestSocket, lastSeq: number): object {
    const [welcome] = socket.of('welcome');
    return { connection: welcome?.['connection'], token: welcome?.['token'], lastSeq };
  }
}

/** Whether the network fails at this frame, which is lost. */
export type PipeFault = (direction: 'up' | 'down') => boolean;

const NO_FAULT: PipeFault = () => false;

/** A client's socket that ends in the rig, without network: frames come in a later turn of the loop. */
export class PipeSocket implements ClientSocket {
  binaryType = '';
  readyState = 0;
  bufferedAmount = 0;
  readonly server: TestSocket;
  readonly #fault: PipeFault;
  readonly #listeners = new Map<string, ((event: never) => void)[]>();

  constructor(server: TestSocket, fault: PipeFault = NO_FAULT) {
    this.server = server;
    this.#fault = fault;
    server.onFrame = (data) => {
      if (fault('down')) this.cut();
      else this.#emit('message', { data: typeof data === 'string' ? data : new Uint8Array(data).buffer });
    };
    server.onClose = (code, reason) => this.#close(code, reason);
  }

  open(): void {
    this.readyState = 1;
    this.#emit('open', {});
  }

  /** The network is gone: neither side said anything. */
  cut(): void {
    this.server.closedWith ??= [1006, ''];
    this.server.life.closed(1006);
    this.#close(1006, '');
  }

  send(data: string | Uint8Array): void {
    if (this.readyState !== 1) return;
    if (this.#fault('up')) {
      this.cut();
      return;
    }
    if (typeof data === 'string') this.server.life.receivedText(data);
    else this.server.life.receivedBytes(data);
  }

  close(code = 1005): void {
    this.server.life.closed(code);
    this.#close(code, '');
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  #close(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#emit('close', { code, reason });
  }

  #emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

/** The typed client on the rig. */
export class ClientRig {
  readonly rig: ApiRig;
  readonly pipes: PipeSocket[] = [];
  readonly api: BridgeApi;
  /** New sockets open at once, or never. */
  isReachable = true;
  caller: Caller;
  /** The answer to what is asked by HTTP. */
  status = 200;

  readonly #fault: PipeFault;

  constructor(rig = new ApiRig(), caller: Caller = ANN, fault: PipeFault = NO_FAULT) {
    this.rig = rig;
    this.caller = caller;
    this.#fault = fault;
    this.api = connect({
      url: 'http://bridge.test/',
      clock: rig.clock,
      random: () => 0,
      fetch: async () =>
        new Response('{"error":{"code":"BRIDGE_ERR_ACCESS","message":"No"}}', { status: this.status }),
      openSocket: () => this.#open(),
    });
  }

  get pipe(): PipeSocket {
    const last = this.pipes.at(-1);
    if (last === undefined) throw new Error('No socket was opened');
    return last;
  }

  #open(): PipeSocket {
    const pipe = new PipeSocket(this.rig.socket(this.caller), this.#fault);
    this.pipes.push(pipe);
    queueMicrotask(() => {
      if (this.isReachable) pipe.open();
      else pipe.cut();
    });
    return pipe;
  }
}

/** Lets promises settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
