import { Emitter } from '../../runtime/index.js';
import type { RequestParams } from '../messages-in.js';
import type { LaneEvent, SessionEventName } from '../messages-out.js';
import type { Lane, ListedSession, OpenWish } from '../parts.js';
import type { SoundFrame } from '../sound-frame.js';
import { type ApiError, closedError, lostError } from './api-error.js';
import { isGap, type ServerFrame } from './frames.js';
import { LaneSpeech } from './lane-speech.js';
import type { ApiLink, LinkStatus } from './link.js';
import type { ApiRest } from './rest.js';
import { ApiSession, type OpenedSession, type SessionKey } from './session.js';

export interface BridgeApiEvents {
  /** `lost`: it is tried again, for ever; `closed`: it is over (`fault` says why). */
  stateChange: [from: LinkStatus, to: LinkStatus];
  /** With `watchLanes`. */
  laneState: [lane: Lane];
  /** With `watchLanes`: MMDAgent-EX said something. */
  laneMessage: [message: LaneEvent<'laneMessage'>];
}

type OpenedSpeech = ConstructorParameters<typeof LaneSpeech>[1];

/**
 * A server of mmdagent-bridge, from a browser or Node. Connects at once and for ever: requests wait for the connection, at most their
 * time-out.
 */
export class BridgeApi {
  readonly events = new Emitter<BridgeApiEvents>();
  readonly rest: ApiRest;
  readonly #link: ApiLink;
  readonly #sessions = new Set<ApiSession>();
  readonly #byChannel = new Map<number, ApiSession>();
  readonly #speeches = new Map<number, LaneSpeech>();
  #isWatching = false;
  #renewals = 0;

  /** @internal Use `connect`. */
  constructor(link: ApiLink, rest: ApiRest) {
    this.#link = link;
    this.rest = rest;
    link.events.on('stateChange', (from, to) => {
      this.events.emit('stateChange', from, to);
      if (to === 'closed') this.#closed();
    });
    link.events.on('renewed', (settle) => void this.#renewed(settle));
    link.events.on('frame', (frame) => this.#received(frame));
    link.events.on('sound', (frame) => this.#sounded(frame));
  }

  get status(): LinkStatus {
    return this.#link.status;
  }

  /** Why it is closed, if not by `close`: the key was refused, or no version is in common. */
  get fault(): ApiError | undefined {
    return this.#link.fault;
  }

  /** Resolves when connected. @throws {ApiError} it is closed. */
  whenOpen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (status: LinkStatus): void => {
        if (status === 'open') resolve();
        else if (status === 'closed') reject(this.fault ?? closedError());
        else return;
        off();
      };
      const off = this.#link.events.on('stateChange', (_, to) => look(to));
      look(this.status);
    });
  }

  /** @throws {ApiError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_TALK_UNKNOWN, BRIDGE_ERR_ACCESS */
  open(wish: OpenWish = {}): Promise<ApiSession> {
    return this.#session({ open: wish }, (onResult) => this.#link.request('open', () => wish, { onResult }));
  }

  /**
   * A session by its number.
   *
   * @param options - isWatching: only to be told of it, without its sound; it expires as if nobody was there.
   * @throws {ApiError} BRIDGE_ERR_TALK_UNKNOWN
   */
  attach(session: string, { isWatching = false }: { isWatching?: boolean } = {}): Promise<ApiSession> {
    const attach = { session, ...(isWatching ? { isWatching } : {}) };
    return this.#session({ attach }, (onResult) => this.#link.request('attach', () => attach, { onResult }));
  }

  /** The sessions of this caller; all, for an operator. */
  async sessions(): Promise<readonly ListedSession[]> {
    return (await this.#link.request('list', () => ({}))).sessions;
  }

  async personas(): Promise<readonly string[]> {
    return (await this.#link.request('personas', () => ({}))).personas;
  }

  async lanes(): Promise<readonly Lane[]> {
    return (await this.#link.request('lanes', () => ({}))).lanes;
  }

  /** An avatar speaks a text. */
  laneSay(wish: RequestParams<'laneSay'>): Promise<LaneSpeech> {
    return this.#speech((onResult) => this.#link.request('laneSay', () => wish, { onResult }));
  }

  /** An avatar speaks sound that is written. */
  lanePlay(wish: RequestParams<'lanePlay'> = {}): Promise<LaneSpeech> {
    return this.#speech((onResult) => this.#link.request('lanePlay', () => wish, { onResult }));
  }

  async laneInterrupt(lane?: string): Promise<void> {
    await this.#link.request('laneInterrupt', () => (lane === undefined ? {} : { lane }));
  }

  /** One message for MMDAgent-EX, `TYPE|ARG|…`. */
  async laneMessage(message: string, lane?: string): Promise<void> {
    await this.#link.request('laneMessage', () => ({ message, ...(lane === undefined ? {} : { lane }) }));
  }

  /** Moves a mouth for sound that is heard elsewhere. */
  async laneLips(wish: RequestParams<'laneLips'>): Promise<void> {
    await this.#link.request('laneLips', () => wish);
  }

  /** Whether `laneState` and `laneMessage` are told. Operators only. */
  async watchLanes(isWatched = true): Promise<void> {
    await this.#link.request('watchLanes', () => ({ isWatched }));
    this.#isWatching = isWatched;
  }

  /** Tries again now: the network is back. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Lets go of everything: sessions end by themselves when nobody comes back. Idempotent. */
  close(): void {
    this.#link.close();
  }

  /** What happens in it may be told right behind the answer: it must be there by then. */
  async #session(
    key: SessionKey,
    open: (onResult: (opened: OpenedSession) => void) => Promise<unknown>,
  ): Promise<ApiSession> {
    let session: ApiSession | undefined;
    await open((opened) => {
      session = new ApiSession(this.#link, key, opened);
      this.#sessions.add(session);
      this.#byChannel.set(opened.channel, session);
    });
    if (session === undefined) throw closedError();
    return session;
  }

  async #speech(open: (onResult: (opened: OpenedSpeech) => void) => Promise<unknown>): Promise<LaneSpeech> {
    let speech: LaneSpeech | undefined;
    await open((opened) => {
      speech = new LaneSpeech(this.#link, opened);
      this.#speeches.set(opened.speech, speech);
    });
    if (speech === undefined) throw closedError();
    return speech;
  }

  /** Another connection: what was open is opened again, in order, before anything else is asked. */
  async #renewed(settle: () => void): Promise<void> {
    this.#failSpeeches();
    this.#byChannel.clear();
    const renewal = ++this.#renewals;
    const reopening = [...this.#sessions].map((session) =>
      session
        .reopen(({ channel }) => this.#byChannel.set(channel, session))
        .catch(() => {
          // Lost again: the next connection opens it.
          if (renewal !== this.#renewals) return;
          this.#sessions.delete(session);
          session.happened('closed', { why: 'idle' });
        }),
    );
    if (this.#isWatching)
      void this.#link.request('watchLanes', () => ({ isWatched: true }), { isFirst: true }).catch(() => {});
    await Promise.all(reopening);
    settle();
  }

  #received(frame: ServerFrame): void {
    if (isGap(frame)) {
      for (const state of frame.sessions) this.#byChannel.get(state.channel)?.stands(state);
      return;
    }
    const { type, seq: _, channel, ...fields } = frame as Extract<ServerFrame, { channel?: number }>;
    if (channel !== undefined) {
      this.#sessionHappened(channel, type as SessionEventName, fields);
    } else if (type === 'laneState') this.events.emit('laneState', fields as unknown as Lane);
    else if (type === 'laneMessage')
      this.events.emit('laneMessage', fields as unknown as LaneEvent<'laneMessage'>);
    else this.#speechHappened(type, fields);
  }

  #sessionHappened(channel: number, type: SessionEventName, fields: Readonly<Record<string, unknown>>): void {
    const session = this.#byChannel.get(channel);
    if (session === undefined) return;
    if (type === 'closed') {
      this.#byChannel.delete(channel);
      this.#sessions.delete(session);
    }
    session.happened(type, fields);
  }

  #speechHappened(type: string, { speech: number, ...fields }: Readonly<Record<string, unknown>>): void {
    const speech = this.#speeches.get(Number(number));
    if (speech === undefined) return;
    if (type === 'speechStarted') speech.started();
    else if (type === 'speechHeard') speech.heard(Number(fields['heardMs']));
    else if (type === 'speechCredit') speech.accepted(Number(fields['acceptedBytes']));
    else if (type === 'speechEnded') {
      this.#speeches.delete(Number(number));
      speech.finish(fields as unknown as Parameters<LaneSpeech['finish']>[0]);
    }
  }

  #sounded(frame: SoundFrame): void {
    this.#byChannel.get(frame.channel)?.sounded(frame);
  }

  #failSpeeches(): void {
    const { code, message, retryable } = lostError(
      'The connection was lost for too long: how it ended is not known',
    );
    for (const speech of [...this.#speeches.values()])
      speech.finish({ reason: 'failed', heardMs: 0, error: { code, message, retryable } });
    this.#speeches.clear();
  }

  #closed(): void {
    this.#failSpeeches();
    for (const session of [...this.#sessions]) session.happened('closed', { why: 'left' });
    this.#sessions.clear();
    this.#byChannel.clear();
  }
}
