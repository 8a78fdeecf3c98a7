import {
  CONTROL_VERSION,
  type ControlChannel,
  type ControlFrame,
  type DaemonFrame,
  decodeSoundPart,
  type EventName,
  type Events,
  type OpenParams,
  type RequestName,
  type Requests,
  type SoundPart,
  type Welcome,
} from '../control/index.js';
import { BridgeError, type Clock, Emitter, type Timer, TransportError } from '../runtime/index.js';
import { asBridgeError, SpeechHandle } from './speech-handle.js';

export interface BridgeClientOptions {
  /** Opens a carrier to the daemon; called again for every reconnect. */
  readonly open: () => Promise<ControlChannel>;
  /** Name and version, for the daemon's log. */
  readonly client: string;
  readonly key?: string;
  readonly clock: Clock;
  /** How long a lost carrier is tried again, milliseconds. 0: its loss ends the client. @default 5000 */
  readonly reconnectMs?: number;
}

export type ClientEvents = {
  [Name in EventName]: [fields: Events[Name]];
} & {
  /** What a tapped simulator plays. */
  tapSound: [part: SoundPart];
  /** The carrier is lost and tried again. */
  reconnecting: [];
  reconnected: [isResumed: boolean];
  /** Exactly once, last. */
  closed: [error: BridgeError | undefined];
};

interface Pending {
  readonly name: RequestName;
  readonly frame: ControlFrame;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const RECONNECT_EVERY_MS = 200;
const MAX_ORPHANS = 1000;

/**
 * A client of the daemon: what every command, page and program speaks through.
 *
 * Requests are promises that always settle. A lost carrier is opened again within `reconnectMs`; requests that were not answered,
 * sound that did not arrive and events that were missed are made up for, so that callers notice nothing but `reconnecting`.
 */
export class BridgeClient {
  readonly events = new Emitter<ClientEvents>();
  readonly #options: BridgeClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #streams = new Map<number, SpeechHandle>();
  /** Events of streams whose `open` is not answered yet. */
  readonly #orphans: { event: EventName; fields: Events[EventName]; stream: number }[] = [];
  #channel: ControlChannel | undefined;
  #welcome: Welcome | undefined;
  /** Opens whose handle is not made yet. */
  #opening = 0;
  #lastId = 0;
  #lastSeq = 0;
  #isClosed = false;
  #retry: Timer | undefined;

  private constructor(options: BridgeClientOptions) {
    this.#options = options;
  }

  /** @throws {BridgeError} BRIDGE_ERR_DAEMON_UNREACHABLE, BRIDGE_ERR_CONTROL_VERSION, BRIDGE_ERR_CONTROL_AUTH */
  static async connect(options: BridgeClientOptions): Promise<BridgeClient> {
    const client = new BridgeClient(options);
    await client.#open();
    return client;
  }

  get welcome(): Welcome {
    if (this.#welcome === undefined) throw closedError();
    return this.#welcome;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws {BridgeError} what the daemon answered, or BRIDGE_ERR_DAEMON_UNREACHABLE when it is gone. */
  request<Name extends RequestName>(
    name: Name,
    params: Requests[Name]['params'],
  ): Promise<Requests[Name]['result']> {
    if (this.#isClosed) return Promise.reject(closedError());
    const id = ++this.#lastId;
    const frame: ControlFrame = { kind: 'json', text: JSON.stringify({ ...params, id, do: name }) };
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { name, frame, resolve: resolve as (result: unknown) => void, reject });
      this.#channel?.send(frame);
    });
  }

  /** Opens a stream of sound into an avatar. */
  async open(params: OpenParams): Promise<SpeechHandle> {
    return this.#opened(async () => this.#handle(await this.request('open', params)));
  }

  /** Has MMDAgent-EX play a file by itself; the handle takes no sound. */
  async speakFile(params: Requests['speakFile']['params']): Promise<SpeechHandle> {
    return this.#opened(async () =>
      this.#handle({ ...(await this.request('speakFile', params)), acceptedBytes: 0 }),
    );
  }

  /** Ends the conversation; streams that are open are spoken to the end of what the daemon has. */
  close(): void {
    this.#finish(undefined);
  }

  async #opened(open: () => Promise<SpeechHandle>): Promise<SpeechHandle> {
    this.#opening++;
    try {
      return await open();
    } finally {
      if (--this.#opening === 0) this.#orphans.length = 0;
    }
  }

  #handle(opened: { stream: number; lane: string; acceptedBytes: number }): SpeechHandle {
    const carrier = {
      sendSound: (bytes: Uint8Array) => this.#channel?.send({ kind: 'sound', bytes }),
      request: this.request.bind(this),
    };
    const handle = new SpeechHandle(
      carrier as ConstructorParameters<typeof SpeechHandle>[0],
      opened,
      this.welcome.aheadMs,
    );
    this.#streams.set(opened.stream, handle);
    void handle.ended.then(() => this.#streams.delete(opened.stream));
    const early = this.#orphans.filter(({ stream }) => stream === opened.stream);
    for (const { event, fields } of early) handle.received(event, fields);
    return handle;
  }

  async #open(): Promise<void> {
    const channel = await this.#options.open();
    const old = this.#welcome;
    const id = ++this.#lastId;
    const hello = {
      id,
      do: 'hello',
      version: CONTROL_VERSION,
      client: this.#options.client,
      ...(this.#options.key === undefined ? {} : { key: this.#options.key }),
      ...(old === undefined ? {} : { resume: { session: old.session, seq: this.#lastSeq } }),
    };
    const frame: ControlFrame = { kind: 'json', text: JSON.stringify(hello) };
    const welcome = await new Promise<Welcome>((resolve, reject) => {
      this.#pending.set(id, { name: 'hello', frame, resolve: resolve as (result: unknown) => void, reject });
      channel.events.on('frame', (frame) => this.#received(frame));
      channel.events.on('closed', () => {
        this.#pending.delete(id);
        reject(unreachable('The daemon closed the connection before it answered'));
        this.#lost(channel);
      });
      channel.send(frame);
    });
    if (this.#isClosed) {
      channel.close();
      throw closedError();
    }
    this.#welcome = welcome;
    this.#channel = channel;
    if (old === undefined) return;
    if (welcome.isResumed) this.#resume(channel, welcome);
    else this.#forgotten();
    this.events.emit('reconnected', welcome.isResumed);
  }

  #resume(channel: ControlChannel, welcome: Welcome): void {
    const pending = [...this.#pending.values()];
    const isEnd = ({ name }: Pending): boolean => name === 'end';
    for (const request of pending.filter((some) => !isEnd(some))) channel.send(request.frame);
    for (const { stream, receivedBytes } of welcome.streams)
      this.#streams.get(stream)?.resumed(receivedBytes);
    // The end of a stream after its sound, or the sound would come too late.
    for (const request of pending.filter(isEnd)) channel.send(request.frame);
    const gone = [...this.#streams.values()].filter(
      (handle) => !welcome.streams.some(({ stream }) => stream === handle.stream),
    );
    if (gone.length > 0) void this.#finishGone(gone);
  }

  /** Streams that ended meanwhile: the daemon says how in the events it gives again, unless there were too many. */
  async #finishGone(handles: readonly SpeechHandle[]): Promise<void> {
    // Its answer comes behind those events.
    await this.request('status', {}).catch(() => {});
    const error = new TransportError(
      'BRIDGE_ERR_DAEMON_UNREACHABLE',
      'The utterance ended while the daemon was out of reach: how is not known',
    );
    for (const handle of handles) handle.finish({ reason: 'failed', heardMs: 0, error });
  }

  /** A new daemon, or it waited long enough: what was open there is gone. */
  #forgotten(): void {
    this.#lastSeq = 0;
    const error = new TransportError(
      'BRIDGE_ERR_DAEMON_UNREACHABLE',
      'The daemon was restarted: what was being said is lost',
      {
        retryable: true,
      },
    );
    this.#fail(error);
  }

  #fail(error: BridgeError): void {
    for (const [id, { reject }] of [...this.#pending]) {
      this.#pending.delete(id);
      reject(error);
    }
    for (const handle of [...this.#streams.values()]) handle.finish({ reason: 'failed', heardMs: 0, error });
    this.#streams.clear();
  }

  #lost(channel: ControlChannel): void {
    if (channel !== this.#channel || this.#isClosed) return;
    this.#channel = undefined;
    const reconnectMs = this.#options.reconnectMs ?? 5000;
    if (reconnectMs === 0) {
      this.#finish(unreachable('The daemon closed the connection'));
      return;
    }
    this.events.emit('reconnecting');
    this.#reconnect(this.#options.clock.nowMs() + reconnectMs);
  }

  #reconnect(untilMs: number): void {
    this.#open().catch((error: unknown) => {
      if (this.#isClosed) return;
      const isFinal = error instanceof BridgeError && !error.retryable;
      if (isFinal || this.#options.clock.nowMs() >= untilMs) {
        this.#finish(error instanceof BridgeError ? error : unreachable('The daemon is gone'));
        return;
      }
      this.#retry = this.#options.clock.after(RECONNECT_EVERY_MS, () => this.#reconnect(untilMs));
    });
  }

  #finish(error: BridgeError | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#retry?.cancel();
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
    this.#fail(error ?? closedError());
    this.events.emit('closed', error);
  }

  #received(frame: ControlFrame): void {
    if (frame.kind === 'sound') {
      const part = decodeSoundPart(frame.bytes);
      if (part !== undefined) this.events.emit('tapSound', part);
      return;
    }
    const message = JSON.parse(frame.text) as DaemonFrame;
    if ('event' in message) this.#event(message);
    else this.#answered(message);
  }

  #answered(message: Exclude<DaemonFrame, { event: EventName }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    if ('error' in message) pending.reject(asBridgeError(message.error));
    else pending.resolve(message.result);
  }

  #event(message: Extract<DaemonFrame, { event: EventName }>): void {
    const { seq, event, ...fields } = message;
    if (seq <= this.#lastSeq) return;
    this.#lastSeq = seq;
    const payload = fields as unknown as Events[EventName];
    if ('stream' in payload) {
      const handle = this.#streams.get(payload.stream);
      if (handle !== undefined) handle.received(event, payload);
      else if (this.#opening > 0 && this.#orphans.length < MAX_ORPHANS)
        this.#orphans.push({ event, fields: payload, stream: payload.stream });
    }
    this.events.emit(event, payload as never);
  }
}

function unreachable(text: string): TransportError {
  return new TransportError('BRIDGE_ERR_DAEMON_UNREACHABLE', text, { retryable: true });
}

function closedError(): TransportError {
  return new TransportError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The client was closed');
}
