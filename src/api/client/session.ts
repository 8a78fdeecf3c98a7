import { Emitter } from '../../runtime/index.js';
import type { RequestName, RequestParams, RequestResult } from '../messages-in.js';
import type { SessionEvent, SessionEventName } from '../messages-out.js';
import type { Line, OpenWish, Question, SessionState, Tuning } from '../parts.js';
import { API_LIMITS } from '../protocol.js';
import type { SoundFrame } from '../sound-frame.js';
import { closedError, unwatched } from './api-error.js';
import type { ApiLink } from './link.js';
import { type ApiTurn, TurnBook } from './turn-book.js';

/** A stretch of a reply's sound, in order. */
export interface ApiSound {
  readonly turn: number;
  /** Its first sample in the reply, milliseconds. */
  readonly fromMs: number;
  readonly fromSample: number;
  /** s16le mono. */
  readonly pcm: Uint8Array;
  readonly sampleRateHz: number;
}

/** Everything that happens in a session, in order. After `cut` nothing of that turn's sound comes until a `resumed` of it. */
export type ApiSessionEvents = {
  [Name in SessionEventName]: [event: SessionEvent<Name>];
} & {
  sound: [sound: ApiSound];
  /** The connection was lost for longer than the server keeps things: what was told in between is lost, this is how it stands. */
  gap: [state: SessionState];
};

export type OpenedSession = SessionState & { readonly channel: number };

/** How it was opened: for a new connection it is opened again so. */
export type SessionKey = { readonly open: OpenWish } | { readonly attach: RequestParams<'attach'> };

/** Microphone sound in one frame, bytes. */
const MAX_HEAR_BYTES = API_LIMITS.soundBytes;

/**
 * A conversation, from the client's side. Made by `BridgeApi.open`. It survives lost connections and restarts of the server, as far as
 * the server keeps conversations.
 *
 * Methods that return a promise need not be awaited: a failure is then told to nobody.
 */
export class ApiSession {
  readonly events = new Emitter<ApiSessionEvents>();
  readonly #link: ApiLink;
  readonly #turns = new TurnBook();
  readonly #key: SessionKey;
  #channel: number;
  #state: SessionState;
  #isClosed = false;

  /** @internal Use `BridgeApi.open`. */
  constructor(link: ApiLink, key: SessionKey, { channel, ...state }: OpenedSession) {
    this.#link = link;
    this.#channel = channel;
    this.#state = state;
    this.#key = 'open' in key ? { open: { ...key.open, name: state.name } } : key;
  }

  /** The server's number for it; another one after it was opened again. */
  get id(): string {
    return this.#state.session;
  }

  get name(): string {
    return this.#state.name;
  }

  /** How it stood when it was opened, or after the last gap, and the phase now. */
  get state(): SessionState {
    return this.#state;
  }

  get phase(): SessionState['phase'] {
    return this.#state.phase;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when the turn has begun. @throws {ApiError} BRIDGE_ERR_TURN_REFUSED, BRIDGE_ERR_USAGE, BRIDGE_ERR_QUEUE_FULL, … */
  async ask(question: string | Question): Promise<ApiTurn> {
    const asked = typeof question === 'string' ? { text: question } : question;
    return this.#begun((await this.#request('ask', asked)).turn);
  }

  /** The avatar says this. @throws as `ask`. */
  async say(text: string, options: Pick<Question, 'ifBusy'> = {}): Promise<ApiTurn> {
    return this.#begun((await this.#request('say', { ...options, text })).turn);
  }

  /** Says the welcome, if it was not said before. @throws as `ask`. */
  async greet(): Promise<ApiTurn | undefined> {
    const { turn } = await this.#request('greet', {});
    return turn === undefined ? undefined : this.#begun(turn);
  }

  /** Sound of the microphone, s16le mono 16 000 Hz, whole samples, any length. While the connection is lost the last 5 s are kept. */
  hear(pcm: Uint8Array): void {
    if (this.#isClosed) return;
    for (let at = 0; at < pcm.byteLength; at += MAX_HEAR_BYTES) {
      this.#link.sound({
        kind: 'microphone',
        channel: this.#channel,
        turn: 0,
        fromSample: 0,
        sampleRateHz: 16_000,
        pcm: pcm.slice(at, at + MAX_HEAR_BYTES),
      });
    }
  }

  /** The microphone is gone, or what was said has ended. */
  endOfSpeech(): Promise<void> {
    return this.#tell('endOfSpeech', {});
  }

  /** Push to talk. */
  press(): Promise<void> {
    return this.#tell('press', {});
  }

  release(): Promise<void> {
    return this.#tell('release', {});
  }

  interrupt(): Promise<void> {
    return this.#tell('interrupt', {});
  }

  /** From now on what `say` says is the reply, and no model is asked. Operators only. */
  takeOver(): Promise<void> {
    return this.#tell('takeOver', {});
  }

  /** The model answers again. Operators only. */
  handBack(): Promise<void> {
    return this.#tell('handBack', {});
  }

  /** The answer to `vision`. */
  give(picture: string, answer: { readonly image: string } | { readonly refused: string }): Promise<void> {
    return this.#tell('give', { ...answer, picture });
  }

  /** What is heard now of this turn's sound: the history keeps what was heard. About four times a second, and at the end. */
  played(turn: number, heardMs: number): void {
    if (!this.#isClosed) this.#link.note({ type: 'played', channel: this.#channel, turn, heardMs });
  }

  tune(tuning: Tuning): Promise<void> {
    return this.#tell('tune', tuning);
  }

  /** Everything that was said is thrown away. */
  forget(): Promise<void> {
    return this.#tell('forget', {});
  }

  async messages(): Promise<readonly Line[]> {
    return (await this.#request('messages', {})).messages;
  }

  /** Lets go of it; the conversation goes on when it is opened again. Idempotent. */
  async leave(): Promise<void> {
    await this.#finish('leave', 'left');
  }

  /** Ends the conversation. Idempotent. */
  async close(): Promise<void> {
    await this.#finish('close', 'asked');
  }

  /** @internal */
  get channel(): number {
    return this.#channel;
  }

  /** @internal Opens it again on another connection. @param onOpened - called before the frame behind the answer is looked at. */
  async reopen(onOpened: (opened: OpenedSession) => void): Promise<void> {
    const onResult = (opened: OpenedSession): void => {
      this.#channel = opened.channel;
      onOpened(opened);
      this.stands(opened);
    };
    const options = { isFirst: true, timeoutMs: Number.POSITIVE_INFINITY, onResult };
    const key = this.#key;
    if ('open' in key) await this.#link.request('open', () => key.open, options);
    else await this.#link.request('attach', () => key.attach, options);
  }

  /** @internal Something was missed. */
  stands({ channel: _, ...state }: SessionState & { channel?: number }): void {
    this.#state = state;
    this.#turns.stands(state);
    this.events.emit('gap', state);
  }

  /** @internal */
  happened(name: SessionEventName, event: Readonly<Record<string, unknown>>): void {
    // Closed here already: what was on its way is of no interest.
    if (this.#isClosed) return;
    if (name === 'phase') this.#state = { ...this.#state, phase: event['phase'] as SessionState['phase'] };
    if (name === 'context') this.#state = { ...this.#state, context: String(event['context']) };
    if (name === 'face') this.#state = { ...this.#state, face: String(event['face']) };
    if (name === 'closed') this.#isClosed = true;
    const fields = event as never;
    this.events.emit(name, fields);
    if (name === 'ended') this.#turns.ended(fields);
    if (name === 'closed') this.#turns.close();
  }

  /** @internal */
  sounded({ turn, fromSample, sampleRateHz, pcm }: SoundFrame): void {
    if (this.#isClosed) return;
    const fromMs = (fromSample / sampleRateHz) * 1000;
    this.events.emit('sound', { turn, fromSample, fromMs, pcm, sampleRateHz });
  }

  #begun(turn: number): ApiTurn {
    return { turn, ended: this.#turns.whenEnded(turn), cancel: () => this.#tell('cancel', { turn }) };
  }

  #tell<Name extends RequestName>(name: Name, params: Omit<RequestParams<Name>, 'channel'>): Promise<void> {
    return unwatched(this.#request(name, params).then(() => {}));
  }

  #request<Name extends RequestName>(
    name: Name,
    params: Omit<RequestParams<Name>, 'channel'>,
  ): Promise<RequestResult<Name>> {
    if (this.#isClosed) return Promise.reject(closedError());
    const withChannel = (): RequestParams<Name> =>
      ({ ...params, channel: this.#channel }) as RequestParams<Name>;
    return this.#link.request(name, withChannel);
  }

  async #finish(name: 'leave' | 'close', why: 'left' | 'asked'): Promise<void> {
    if (this.#isClosed) return;
    const answered = this.#request(name, {});
    this.happened('closed', { why });
    await unwatched(answered);
  }
}
