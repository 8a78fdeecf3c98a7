import { type Clock, Emitter, type Timer } from '../../runtime/index.js';
import type { NOTES, RequestName, RequestParams, RequestResult } from '../messages-in.js';
import type { Welcome } from '../messages-out.js';
import { API_LIMITS, API_VERSION, CLOSE_CODES } from '../protocol.js';
import { decodeSoundFrame, type SoundFrame } from '../sound-frame.js';
import { Acknowledgement } from './acknowledgement.js';
import { ApiError, closedError, lostError } from './api-error.js';
import { backoffMs } from './backoff.js';
import { type ClientSocket, SOCKET_OPEN } from './client-socket.js';
import { isError, isResult, isWelcome, readFrame, type ServerFrame } from './frames.js';
import { Silence } from './silence.js';
import { frameOf, type OpenRequest, Unanswered } from './unanswered.js';

export interface LinkOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly open: () => ClientSocket;
  /** Why a handshake failed, if it would fail again; undefined: it is worth another try. */
  readonly whyRefused: () => Promise<ApiError | undefined>;
  readonly client: string;
  readonly requestTimeoutMs: number;
}

/** `connecting`: for the first time; `lost`: it is tried again. */
export type LinkStatus = 'connecting' | 'open' | 'lost' | 'closed';

export interface LinkEvents {
  stateChange: [from: LinkStatus, to: LinkStatus];
  /** Another connection than before, or the first: what was opened on the old one is gone. `settle` is to be called when it is set up. */
  renewed: [settle: () => void];
  /** Events, each once and in order. */
  frame: [frame: ServerFrame];
  sound: [frame: SoundFrame];
}

export interface RequestOptions<Result> {
  /** Infinity: until the connection is closed. */
  readonly timeoutMs?: number;
  readonly isFirst?: boolean;
  readonly onResult?: (result: Result) => void;
}

const MAX_WAITING = API_LIMITS.requestsInFlight;
const GIVEN_UP = 4000;
/** What the socket did not take yet; beyond it the microphone is left out: it would be heard too late. */
const MAX_UNSENT_SOUND_BYTES = 256 * 1024;

/**
 * One connection to the server, for ever: lost, it is opened again and resumed, so that each request gets one answer and each frame comes
 * once. What the server no longer has is told by `gap`; another server by `renewed`.
 *
 * | status | input | next |
 * |---|---|---|
 * | connecting, lost | welcome | open |
 * | connecting, lost | the socket closes | the same; tried again after 1 to 30 s |
 * | connecting, lost | refused for good: key, version | closed |
 * | open | the socket closes, or nothing comes for 30 s | lost |
 * | any | close() | closed |
 */
export class ApiLink {
  readonly events = new Emitter<LinkEvents>();
  readonly #options: LinkOptions;
  readonly #unanswered: Unanswered;
  readonly #acknowledgement: Acknowledgement;
  readonly #silence: Silence;
  #status: LinkStatus = 'connecting';
  #socket: ClientSocket | undefined;
  #welcome: Welcome | undefined;
  #isSettled = false;
  #failures = 0;
  #retry: Timer | undefined;
  #lastId = 0;
  #lastSeq = 0;
  #lastSoundSeq = 0;
  #fault: ApiError | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#unanswered = new Unanswered(options.clock);
    this.#acknowledgement = new Acknowledgement(options.clock, (seq) => this.note({ type: 'ack', seq }));
    this.#silence = new Silence(options.clock, {
      ask: () => this.#send(JSON.stringify({ type: 'ping', id: ++this.#lastId })),
      giveUp: () => this.#drop(),
    });
    this.#connect();
  }

  get status(): LinkStatus {
    return this.#status;
  }

  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  /** Why it was closed, if not by `close`. */
  get fault(): ApiError | undefined {
    return this.#fault;
  }

  /**
   * @param params - read whenever it is sent.
   * @param options - `onResult` is called before the frame behind the answer is looked at; `isFirst`: goes out before `settle`.
   * @throws {ApiError} what the server answered; BRIDGE_ERR_DAEMON_UNREACHABLE.
   */
  request<Name extends RequestName>(
    type: Name,
    params: () => RequestParams<Name>,
    options: RequestOptions<RequestResult<Name>> = {},
  ): Promise<RequestResult<Name>> {
    if (this.#status === 'closed') return Promise.reject(this.#fault ?? closedError());
    if (this.#unanswered.requestCount >= MAX_WAITING)
      return Promise.reject(lostError(`Expected at most ${MAX_WAITING} requests to wait for an answer`));
    const { timeoutMs = this.#options.requestTimeoutMs, isFirst = false, onResult } = options;
    return new Promise<RequestResult<Name>>((resolve, reject) => {
      const answered = (result: Readonly<Record<string, unknown>>): void => {
        onResult?.(result as RequestResult<Name>);
        resolve(result as RequestResult<Name>);
      };
      const id = ++this.#lastId;
      const request = this.#unanswered.add(
        { id, type, params, resolve: answered, reject, isFirst },
        timeoutMs,
      );
      if (this.#status === 'open' && (this.#isSettled || isFirst)) this.#sendRequest(request);
    });
  }

  /** What needs no answer: nothing is sent while the connection is lost. */
  note(note: Readonly<Record<string, unknown>> & { readonly type: keyof typeof NOTES }): void {
    if (this.#status === 'open') this.#send(JSON.stringify(note));
  }

  /** Sound goes out in its order with requests, and again after a short loss. */
  sound(frame: Omit<SoundFrame, 'seq'>): void {
    // Channels and speeches of the connection before mean something else on this one.
    if (this.#status === 'closed' || !this.#isSettled) return;
    const isLate = (this.#socket?.bufferedAmount ?? 0) > MAX_UNSENT_SOUND_BYTES;
    if (isLate && frame.kind === 'microphone') return;
    const sound = { ...frame, seq: ++this.#lastSoundSeq };
    this.#unanswered.addSound(sound);
    if (this.#status === 'open') this.#send(frameOf({ sound }));
  }

  /** Tries again now: the network is back. */
  retryNow(): void {
    if (this.#retry === undefined) return;
    this.#retry.cancel();
    this.#connect();
  }

  /** Nothing is heard of it any more; requests are rejected. Idempotent. */
  close(): void {
    this.#end(undefined);
  }

  #connect(): void {
    this.#retry = undefined;
    const socket = this.#options.open();
    this.#socket = socket;
    let wasOpen = false;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      wasOpen = true;
      if (socket === this.#socket) this.#hello();
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#received(data);
    });
    // `close` follows.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket === this.#socket) void this.#closed(code, reason, wasOpen);
    });
    this.#silence.watch();
  }

  #hello(): void {
    const old = this.#welcome;
    const resume =
      old === undefined
        ? {}
        : { resume: { connection: old.connection, token: old.token, lastSeq: this.#lastSeq } };
    this.#send(
      JSON.stringify({ type: 'hello', version: API_VERSION, client: this.#options.client, ...resume }),
    );
  }

  #received(data: unknown): void {
    this.#silence.watch();
    if (data instanceof ArrayBuffer) {
      this.#receivedSound(new Uint8Array(data));
      return;
    }
    const frame = typeof data === 'string' ? readFrame(data) : undefined;
    if (frame === undefined) return;
    if (isWelcome(frame)) this.#welcomed(frame);
    else if (this.#isNew(frame.seq, (data as string).length)) this.#receivedFrame(frame);
  }

  #receivedSound(bytes: Uint8Array): void {
    const frame = decodeSoundFrame(bytes);
    if (frame !== undefined && this.#isNew(frame.seq, bytes.byteLength)) this.events.emit('sound', frame);
  }

  #isNew(seq: number, bytes: number): boolean {
    if (seq <= this.#lastSeq) return false;
    this.#lastSeq = seq;
    this.#acknowledgement.came(seq, bytes);
    return true;
  }

  #receivedFrame(frame: ServerFrame): void {
    if (isResult(frame)) this.#unanswered.resolve(frame.id, frame.result);
    else if (isError(frame)) {
      if (frame.id !== undefined) this.#unanswered.reject(frame.id, new ApiError(frame.error));
    } else this.events.emit('frame', frame);
  }

  #welcomed(welcome: Welcome): void {
    this.#failures = 0;
    this.#welcome = welcome;
    if (welcome.isResumed) {
      this.#setStatus('open');
      // Also what was answered in a gap: the server knows a request that comes again.
      if (this.#isSettled) this.#repeat(welcome.soundSeq);
      else this.#repeatFirst();
      return;
    }
    this.#lastSeq = 0;
    this.#lastSoundSeq = 0;
    this.#isSettled = false;
    this.#acknowledgement.reset();
    this.#unanswered.failSent(
      lostError(
        'The connection was lost for too long, or the server restarted: it may have been done or not',
      ),
    );
    this.#setStatus('open');
    this.events.emit('renewed', () => {
      if (welcome !== this.#welcome) return;
      this.#isSettled = true;
      this.#repeat(0);
    });
  }

  #repeat(soundSeq: number): void {
    for (const one of this.#unanswered.after(soundSeq)) {
      if ('request' in one) this.#sendRequest(one.request);
      else this.#send(frameOf(one));
    }
  }

  #repeatFirst(): void {
    for (const one of this.#unanswered.after(Number.POSITIVE_INFINITY)) {
      if ('request' in one && one.request.isFirst) this.#sendRequest(one.request);
    }
  }

  #sendRequest(request: OpenRequest): void {
    request.wasSent = true;
    this.#send(frameOf({ request }));
  }

  #send(data: string | Uint8Array): void {
    if (this.#socket?.readyState === SOCKET_OPEN) this.#socket.send(data);
  }

  /** The socket is given up: it may never close by itself. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    // Not a farewell: what is there is resumed.
    socket?.close(GIVEN_UP);
    this.#lost();
  }

  async #closed(code: number, reason: string, wasOpen: boolean): Promise<void> {
    this.#socket = undefined;
    if (code === CLOSE_CODES.version) {
      const message = `The server speaks other versions of the protocol (${reason}), this client ${API_VERSION}`;
      this.#end(new ApiError({ code: 'BRIDGE_ERR_CONTROL_VERSION', message, retryable: false }));
      return;
    }
    // Somebody else goes on with it, by the same token: this side begins anew.
    if (code === CLOSE_CODES.replaced) this.#welcome = undefined;
    this.#silence.stop();
    const fault = wasOpen ? undefined : await this.#options.whyRefused();
    if (this.#status === 'closed') return;
    if (fault === undefined) this.#lost();
    else this.#end(fault);
  }

  #lost(): void {
    this.#silence.stop();
    this.#acknowledgement.reset();
    if (this.#status === 'open') this.#setStatus('lost');
    const delayMs = backoffMs(this.#failures++, this.#options.random);
    this.#retry = this.#options.clock.after(delayMs, () => this.#connect());
  }

  #end(fault: ApiError | undefined): void {
    if (this.#status === 'closed') return;
    this.#fault = fault;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#silence.stop();
    this.#acknowledgement.reset();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#unanswered.failAll(fault ?? closedError());
    this.#setStatus('closed');
    socket?.close(1000);
  }

  #setStatus(next: LinkStatus): void {
    const from = this.#status;
    if (from === next) return;
    this.#status = next;
    this.events.emit('stateChange', from, next);
  }
}
