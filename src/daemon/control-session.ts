import type { SpeechStream, Utterance } from '../avatar/index.js';
import {
  type ControlChannel,
  type ControlErrorBody,
  type ControlFrame,
  type DaemonFrame,
  decodeSoundPart,
  type EventName,
  type Events,
  encodeSoundPart,
  type RequestName,
  type Topic,
} from '../control/index.js';
import {
  BridgeError,
  type Clock,
  errorText,
  ProtocolError,
  RequestError,
  type Timer,
} from '../runtime/index.js';

export interface OwnedStream {
  readonly utterance: Utterance;
  /** Undefined for files that the peer plays by itself. */
  readonly speech: SpeechStream | undefined;
  readonly lane: string;
}

export interface ControlSessionOptions {
  readonly token: string;
  readonly client: string;
  /** How long it outlives a lost carrier, milliseconds. */
  readonly resumeMs: number;
  readonly clock: Clock;
  /** Carries out one request; its answer or error goes to the client. */
  readonly perform: (session: ControlSession, name: RequestName, params: unknown) => Promise<unknown>;
  /** The session is over: its client is gone for good. */
  readonly onEnded: () => void;
  readonly onRefused: (error: BridgeError) => void;
}

/** Kept for a client that comes back: of what is worthless when late only the newest. */
const KEPT_EVENTS = 2000;
const KEPT_LOSSY_EVENTS = 500;
/** More than may be unanswered: a request that is sent again must not be carried out again. */
const KEPT_ANSWERS = 1000;
const MAX_PENDING = 500;
const MAX_TAPS = 50;
/** A client that reads this much too slowly loses what is worthless when late; beyond the second it loses its carrier. */
const LOSSY_FROM_BYTES = 512 * 1024;
const GIVE_UP_BYTES = 8 * 1024 * 1024;
const LOSSY: ReadonlySet<EventName> = new Set([
  'streamPosition',
  'tapMouth',
  'laneLevel',
  'message',
  'sent',
  'laneState',
]);

/**
 * One client as the daemon knows it: outlives the carrier for a while, so that a lost connection costs nothing.
 *
 * Owns the streams the client opened; when the client is gone for good they are ended (what was received is spoken to its
 * end), never cut, and the link never notices. Answers and the newest events are kept to be given again.
 */
export class ControlSession {
  readonly token: string;
  readonly client: string;
  readonly streams = new Map<number, OwnedStream>();
  readonly topics = new Set<Topic>();
  /** Things to undo when the client is gone: taps. */
  readonly taps = new Map<number, () => void>();
  readonly #options: ControlSessionOptions;
  readonly #answers = new Map<number, DaemonFrame | 'pending'>();
  readonly #events = new EventLog(KEPT_EVENTS);
  readonly #lossyEvents = new EventLog(KEPT_LOSSY_EVENTS);
  #channel: ControlChannel | undefined;
  #offChannel: (() => void)[] = [];
  #seq = 0;
  #pending = 0;
  #dropped = 0;
  #expiry: Timer | undefined;
  #isEnded = false;

  constructor(options: ControlSessionOptions) {
    this.#options = options;
    this.token = options.token;
    this.client = options.client;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Nothing of this client goes on without it: it may be forgotten when room is needed. */
  get isIdle(): boolean {
    return !this.isAttached && this.#pending === 0 && this.streams.size === 0;
  }

  get isAttached(): boolean {
    return this.#channel !== undefined;
  }

  /** Takes over a carrier that has said hello; the old one, if there is any, is closed. */
  attach(channel: ControlChannel): void {
    this.#expiry?.cancel();
    const old = this.#channel;
    this.#release();
    old?.close();
    this.#channel = channel;
    this.#offChannel = [
      channel.events.on('frame', (frame) => this.#received(frame)),
      channel.events.on('closed', () => this.#lost(channel)),
    ];
  }

  /** Gives events after `seq` again, as far as they are kept. */
  replayAfter(seq: number): void {
    const kept = [...this.#events.after(seq), ...this.#lossyEvents.after(seq)].sort((a, b) => a.seq - b.seq);
    const dropped = this.#seq - seq - kept.length;
    for (const { text } of kept) this.#channel?.send({ kind: 'json', text });
    if (dropped > 0) this.event('lagged', { dropped });
  }

  answer(frame: DaemonFrame): void {
    this.#channel?.send({ kind: 'json', text: JSON.stringify(frame) });
  }

  event<Name extends EventName>(name: Name, fields: Events[Name]): void {
    if (this.#isEnded) return;
    const channel = this.#channel;
    if (channel !== undefined && channel.bufferedBytes > LOSSY_FROM_BYTES && LOSSY.has(name)) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0 && channel !== undefined) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#push(channel, 'lagged', { dropped });
    }
    this.#push(channel, name, fields);
    if (channel !== undefined && channel.bufferedBytes > GIVE_UP_BYTES) channel.close();
  }

  /** Sound of a tap; dropped for a client that reads too slowly. */
  sound(tap: number, atMs: number, pcm: Uint8Array): void {
    const channel = this.#channel;
    if (channel === undefined || channel.bufferedBytes > LOSSY_FROM_BYTES) return;
    channel.send({ kind: 'sound', bytes: encodeSoundPart({ stream: tap, offset: atMs, pcm }) });
  }

  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL */
  assertRoomForTap(): void {
    if (this.taps.size < MAX_TAPS) return;
    throw new RequestError('BRIDGE_ERR_QUEUE_FULL', `Expected at most ${MAX_TAPS} taps of one client`);
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#expiry?.cancel();
    const channel = this.#channel;
    this.#release();
    channel?.close();
    for (const stop of this.taps.values()) stop();
    this.taps.clear();
    for (const { speech } of this.streams.values()) speech?.end();
    this.#options.onEnded();
  }

  #push(channel: ControlChannel | undefined, name: EventName, fields: object): void {
    const text = JSON.stringify({ seq: ++this.#seq, event: name, ...fields });
    (LOSSY.has(name) ? this.#lossyEvents : this.#events).add(this.#seq, text);
    channel?.send({ kind: 'json', text });
  }

  #release(): void {
    for (const off of this.#offChannel) off();
    this.#offChannel = [];
    this.#channel = undefined;
  }

  #lost(channel: ControlChannel): void {
    if (channel !== this.#channel) return;
    this.#release();
    // Also without a stream: an answer may be on its way, and what was subscribed to goes on.
    if (this.#options.resumeMs === 0) this.end();
    else this.#expiry = this.#options.clock.after(this.#options.resumeMs, () => this.end());
  }

  #received(frame: ControlFrame): void {
    try {
      if (frame.kind === 'sound') this.#sound(frame.bytes);
      else this.#request(frame.text);
    } catch (error) {
      this.#refuse(0, error);
    }
  }

  #sound(bytes: Uint8Array): void {
    const part = decodeSoundPart(bytes);
    if (part === undefined) {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_PROTOCOL',
        `Expected a sound frame, got ${bytes.byteLength} bytes that are none`,
      );
    }
    // Sound of a stream that just ended is on its way for a moment: no fault of the client.
    const speech = this.streams.get(part.stream)?.speech;
    if (speech === undefined || speech.status === 'ended') return;
    const known = speech.receivedBytes - part.offset;
    if (known < 0) {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_PROTOCOL',
        `Expected sound from byte ${speech.receivedBytes} of stream ${part.stream}, got byte ${part.offset}: a part is missing`,
      );
    }
    // Sent again after a lost carrier.
    if (known < part.pcm.byteLength) speech.push(part.pcm.subarray(known));
  }

  #request(text: string): void {
    const frame = parseRequest(text);
    const known = this.#answers.get(frame.id);
    if (known !== undefined) {
      if (known !== 'pending') this.answer(known);
      return;
    }
    if (this.#pending >= MAX_PENDING) {
      const full = `Expected at most ${MAX_PENDING} unanswered requests`;
      this.answer({ id: frame.id, error: { code: 'BRIDGE_ERR_QUEUE_FULL', message: full, retryable: true } });
      return;
    }
    const { id, do: name, ...params } = frame;
    this.#answers.set(id, 'pending');
    this.#pending++;
    this.#options.perform(this, name as RequestName, params).then(
      (result) => this.#answered(id, { id, result: result ?? {} }),
      (error: unknown) => this.#refuse(id, error),
    );
  }

  #answered(id: number, frame: DaemonFrame): void {
    this.#pending--;
    this.#answers.set(id, frame);
    if (this.#answers.size > KEPT_ANSWERS) {
      for (const [old, state] of this.#answers) {
        if (state === 'pending') continue;
        this.#answers.delete(old);
        break;
      }
    }
    this.answer(frame);
  }

  #refuse(id: number, error: unknown): void {
    const body = errorBody(error);
    this.#options.onRefused(
      error instanceof BridgeError ? error : new ProtocolError(body.code, body.message),
    );
    const frame: DaemonFrame = { id, error: body };
    if (id === 0) this.answer(frame);
    else this.#answered(id, frame);
  }
}

interface LoggedEvent {
  readonly seq: number;
  readonly text: string;
}

/** The newest events, in a ring: each is kept once and costs nothing to push out. */
class EventLog {
  readonly #size: number;
  readonly #events: LoggedEvent[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(seq: number, text: string): void {
    this.#events[this.#next] = { seq, text };
    this.#next = (this.#next + 1) % this.#size;
  }

  after(seq: number): LoggedEvent[] {
    return this.#events.filter((event) => event.seq > seq);
  }
}

/** What a client is told of an error. */
export function errorBody(error: unknown): ControlErrorBody {
  if (error instanceof BridgeError)
    return { code: error.code, message: error.message, retryable: error.retryable };
  return { code: 'BRIDGE_ERR_STATE', message: errorText(error), retryable: false };
}

/** @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL */
export function parseRequest(text: string): { id: number; do: string; [param: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProtocolError('BRIDGE_ERR_CONTROL_PROTOCOL', 'Expected JSON in a control frame', {
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && 'id' in value && 'do' in value) {
    const { id, do: name } = value;
    if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0 && typeof name === 'string')
      return { ...value, id, do: name };
  }
  throw new ProtocolError(
    'BRIDGE_ERR_CONTROL_PROTOCOL',
    'Expected a request {"id": 1, "do": "…", …} with a whole id from 1',
  );
}
