import type { Caller } from '../access/index.js';
import type { Clock, Logger, Timer } from '../runtime/index.js';
import { RequestError } from '../runtime/index.js';
import type { Session, Sessions } from '../sessions/index.js';
import { Answers } from './answers.js';
import type { AvatarPort, AvatarRights } from './avatar-port.js';
import { failureOf, malformed } from './failure.js';
import type { Holders } from './holders.js';
import { LaneSpeeches } from './lane-speeches.js';
import { NOTES, type Note, type RequestName } from './messages-in.js';
import { type Carrier, Outbox } from './outbox.js';
import { API_LIMITS } from './protocol.js';
import { handleRequest, isRequestName } from './requests.js';
import { SessionChannel } from './session-channel.js';
import type { SoundFrame } from './sound-frame.js';

/** What all connections share. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  readonly avatars: AvatarPort | undefined;
  readonly rights: AvatarRights;
  readonly holders: Holders;
  /** Something that nobody guesses. */
  readonly newToken: () => string;
}

export interface ConnectionOptions extends ConnectionPorts {
  readonly caller: Caller;
  /** The reader is too slow: its socket is to be closed. */
  readonly onSlow: () => void;
}

/** A frame of text that is an object with a type; nothing else was looked at. */
export interface RawFrame {
  readonly type: string;
  readonly id?: unknown;
  readonly [field: string]: unknown;
}

/**
 * What one client has here, over any number of sockets one after the other: its sessions, its requests, its frames.
 *
 * Owns channels, speeches, answers and the outbox; `end` lets go of all. What can fail is a request: it is answered.
 */
export class ApiConnection {
  readonly id: string;
  readonly token: string;
  readonly caller: Caller;
  readonly outbox: Outbox;
  readonly speeches: LaneSpeeches;
  readonly #options: ConnectionOptions;
  readonly #answers = new Answers();
  readonly #channels = new Map<number, SessionChannel>();
  #lastChannel = 0;
  #soundSeq = 0;
  /** From here on everything went to the socket that is there. */
  #carriedFrom = 0;
  #unwatch: (() => void) | undefined;
  #isOver = false;
  /** Of the socket that is there. @throws {BridgeError} something is said to an avatar too often. */
  spendTurn: (() => void) | undefined;
  /** Runs out when nobody comes back. */
  expiry: Timer | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.caller = options.caller;
    this.id = options.newToken();
    this.token = options.newToken();
    this.outbox = new Outbox(options.clock, options.onSlow);
    this.speeches = new LaneSpeeches({ outbox: this.outbox, logger: options.logger });
  }

  get ports(): ConnectionPorts {
    return this.#options;
  }

  get soundSeq(): number {
    return this.#soundSeq;
  }

  /**
   * Goes on behind `lastSeq`; where that is not possible any more a `gap` tells how things stand.
   *
   * @param welcome - goes before everything else.
   */
  attach(carrier: Carrier, lastSeq: number, welcome: string): void {
    const isGap = !this.outbox.has(lastSeq);
    if (isGap) this.outbox.clear();
    this.#carriedFrom = isGap ? this.outbox.lastSeq : lastSeq;
    carrier.send(welcome, () => {});
    this.outbox.attach(carrier, this.#carriedFrom);
    if (isGap) this.outbox.tell('gap', { sessions: [...this.#channels.values()].map(({ state }) => state) });
    else this.acknowledge(lastSeq);
  }

  detach(): void {
    this.outbox.detach();
  }

  acknowledge(seq: number): void {
    this.outbox.acknowledge(seq);
    this.#answers.acknowledge(seq);
  }

  /** @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL - it is no frame of ours. */
  received(frame: RawFrame): void {
    if (frame.type === 'played' || frame.type === 'ack') {
      this.#noted(NOTES[frame.type].safeParse(frame));
      return;
    }
    const { id } = frame;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1)
      throw malformed('Expected a request with an id, a whole number from 1');
    const known = this.#answers.find(id);
    if (known === 'working') return;
    if (known === 'new') this.#begin(id, frame);
    else if (known === 'forgotten' || known.body === undefined) {
      const message = 'This request was answered long ago: expected a number that was not used before';
      const error = { code: 'BRIDGE_ERR_CONTROL_PROTOCOL', message, retryable: false };
      this.outbox.tell('error', { id, error });
    } else if (known.seq <= this.#carriedFrom) {
      // Its answer went to a socket that is gone, and is not among what was sent again.
      this.#answers.answer(id, known.body, ({ type, fields }) => this.outbox.tell(type, fields));
    }
  }

  /** @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL */
  receivedSound({ kind, seq, channel, turn, pcm }: SoundFrame): void {
    if (kind === 'reply' || pcm.byteLength > API_LIMITS.soundBytes || seq < 1)
      throw malformed(
        `Expected sound of at most ${API_LIMITS.soundBytes} bytes from a microphone or for a lane`,
      );
    if (seq <= this.#soundSeq) return;
    this.#soundSeq = seq;
    // What came is a view of a larger buffer, at any place in it.
    const own = new Uint8Array(pcm);
    if (kind === 'lane') this.speeches.sound(turn, own);
    else this.#channels.get(channel)?.session.hear(own);
  }

  /** @param isWatching - only to be told of it. @throws {RequestError} BRIDGE_ERR_QUEUE_FULL */
  openChannel(session: Session, isWatching = false): SessionChannel {
    if (this.#channels.size >= API_LIMITS.sessions)
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${API_LIMITS.sessions} sessions on a connection: leave one`,
      );
    const channel = ++this.#lastChannel;
    const { holders } = this.#options;
    const onClosed = (): void => {
      this.#channels.delete(channel);
      if (!isWatching) holders.leave(session);
    };
    const opened = new SessionChannel({ channel, session, isWatching, outbox: this.outbox, onClosed });
    if (!isWatching) holders.enter(session);
    this.#channels.set(channel, opened);
    return opened;
  }

  /** @throws {RequestError} BRIDGE_ERR_TALK_UNKNOWN */
  channel(number: number): SessionChannel {
    const channel = this.#channels.get(number);
    if (channel !== undefined) return channel;
    throw new RequestError(
      'BRIDGE_ERR_TALK_UNKNOWN',
      `Expected the channel of an open session, got ${number}`,
    );
  }

  leaveChannel(number: number): void {
    const channel = this.channel(number);
    channel.leave();
    this.#channels.delete(number);
    if (!channel.isWatching) this.#options.holders.leave(channel.session);
  }

  /** @throws {RequestError} BRIDGE_ERR_ACCESS */
  watchLanes(isWatched: boolean): void {
    const { rights, avatars } = this.#options;
    rights.watching(this.caller);
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (!isWatched) return;
    this.#unwatch = avatars?.watch({
      onLane: (lane) => this.outbox.tell('laneState', { ...lane }),
      onMessage: ({ lane, type, args }) => this.outbox.tell('laneMessage', { lane, messageType: type, args }),
    });
  }

  /** Nobody comes back: what only this client wanted ends. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.expiry?.cancel();
    this.#unwatch?.();
    this.speeches.close();
    for (const channel of [...this.#channels.values()]) {
      channel.leave();
      if (channel.isWatching) continue;
      const isLast = this.#options.holders.leave(channel.session);
      if (isLast && channel.session.isBusy) channel.session.interrupt();
    }
    this.#channels.clear();
    this.outbox.close();
  }

  #noted(parsed: { readonly success: boolean; readonly data?: Note | undefined }): void {
    const note = parsed.data;
    if (note === undefined)
      throw malformed('Expected played with channel, turn and heardMs, or ack with seq');
    if (note.type === 'ack') this.acknowledge(note.seq);
    // A session that ended meanwhile is no fault of the client's.
    else this.#channels.get(note.channel)?.session.played(note.turn, note.heardMs);
  }

  #begin(id: number, frame: RawFrame): void {
    if (this.#answers.working >= API_LIMITS.requestsInFlight) {
      const message = `Expected at most ${API_LIMITS.requestsInFlight} requests at a time: wait for answers`;
      this.outbox.tell('error', { id, error: { code: 'BRIDGE_ERR_QUEUE_FULL', message, retryable: true } });
      return;
    }
    this.#answers.begin(id);
    try {
      const { type, id: _, ...params } = frame;
      if (!isRequestName(type)) throw malformed('Expected a request of this version of the protocol');
      const result = handleRequest(this, type satisfies RequestName, params);
      // An answer that is there at once goes out before anything that happens next.
      if (!(result instanceof Promise)) this.#answered(id, 'result', { result });
      else
        result.then(
          (later) => this.#answered(id, 'result', { result: later }),
          (error: unknown) => this.#failed(id, error),
        );
    } catch (error) {
      this.#failed(id, error);
    }
  }

  #failed(id: number, error: unknown): void {
    this.#answered(id, 'error', { error: failureOf(error, this.#options.logger) });
  }

  #answered(id: number, type: 'result' | 'error', fields: Readonly<Record<string, unknown>>): void {
    if (this.#isOver) return;
    this.#answers.answer(id, { type, fields: { id, ...fields } }, (body) =>
      this.outbox.tell(body.type, body.fields),
    );
  }
}
