import type { ApiSession, BridgeApi, OpenWish } from '../../api/client/index.js';
import { type Clock, sleep } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import type { LinkError, LinkState, TalkLink, TalkLinkEvents } from './talk-link.js';

/** Which conversation: one of this page's own, or one that is followed, by its number. */
export type LinkWish = { readonly open: OpenWish } | { readonly attach: string };

const RETRY_MS = 1500;
const MAX_RETRY_MS = 30_000;

/** A conversation over the server's own protocol: opened again for ever, however it was lost. */
export class ApiTalkLink implements TalkLink {
  readonly events = new Emitter<TalkLinkEvents>();
  readonly #api: BridgeApi;
  readonly #clock: Clock;
  readonly #wish: LinkWish;
  #session: ApiSession | undefined;
  #state: LinkState = 'connecting';
  #isClosed = false;
  #tuning = {};

  constructor(api: BridgeApi, clock: Clock, wish: LinkWish) {
    this.#api = api;
    this.#clock = clock;
    this.#wish = wish;
    api.events.on('stateChange', () => this.#update());
    void this.#run();
  }

  get state(): LinkState {
    return this.#state;
  }

  async ask(text: string): Promise<void> {
    await this.#opened.ask(text);
  }

  hear(pcm: Uint8Array): void {
    this.#own?.hear(pcm);
  }

  endOfSpeech(): void {
    void this.#own?.endOfSpeech();
  }

  interrupt(): void {
    void this.#own?.interrupt();
  }

  played(turn: number, heardMs: number): void {
    this.#own?.played(turn, heardMs);
  }

  tune(tuning: { readonly bargeIn?: boolean; readonly isMuted?: boolean }): void {
    this.#tuning = { ...this.#tuning, ...tuning };
    void this.#own?.tune(tuning);
  }

  forget(): Promise<void> {
    return this.#opened.forget();
  }

  close(): void {
    this.#isClosed = true;
    void this.#session?.leave();
  }

  /** Who only follows a conversation changes nothing in it. */
  get #own(): ApiSession | undefined {
    return 'open' in this.#wish ? this.#session : undefined;
  }

  get #opened(): ApiSession {
    if (this.#own !== undefined) return this.#own;
    throw Object.assign(new Error('The server does not answer'), { code: 'BRIDGE_ERR_DAEMON_UNREACHABLE' });
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed && this.#api.status !== 'closed'; ) {
      try {
        const session =
          'open' in this.#wish
            ? await this.#api.open(this.#wish.open)
            : await this.#api.attach(this.#wish.attach);
        failures = 0;
        await this.#follow(session);
      } catch (error) {
        if (failures++ === 0) this.events.emit('error', linkErrorOf(error));
      }
      this.#session = undefined;
      this.#update();
      await sleep(this.#clock, Math.min(MAX_RETRY_MS, RETRY_MS * 1.6 ** Math.min(failures, 10)));
    }
    this.#update();
  }

  /** Resolves when it is closed. */
  #follow(session: ApiSession): Promise<void> {
    this.#session = session;
    const { events } = session;
    const told = this.events;
    events.on('voice', ({ isVoice }) => told.emit('voice', isVoice));
    events.on('partial', ({ text }) => told.emit('partial', text));
    events.on('accepted', () => told.emit('accepted'));
    events.on('ignored', ({ text, why }) => told.emit('ignored', text, why));
    events.on('turn', (turn) => told.emit('turn', turn));
    events.on('cut', ({ turn }) => told.emit('cut', turn));
    events.on('resumed', ({ turn, fromMs }) => told.emit('resumed', turn, fromMs));
    events.on('piece', (piece) => told.emit('piece', piece));
    events.on('sound', (sound) => told.emit('sound', sound));
    events.on('lips', ({ turn, phonemes }) => told.emit('lips', turn, phonemes));
    events.on('given', ({ turn, text }) => told.emit('given', turn, text));
    events.on('heard', ({ turn, text }) => told.emit('heard', turn, text));
    events.on('face', ({ face, lastsMs = 0 }) => told.emit('face', face, lastsMs));
    events.on('credit', ({ credit }) => told.emit('credit', credit));
    events.on('notice', (notice) => told.emit('notice', notice));
    events.on('fault', (fault) => told.emit('error', fault));
    events.on('ended', (end) => told.emit('ended', { ...end, error: end.error }));
    events.on('gap', ({ messages, face }) => this.#stands(messages, face));
    this.#stands(session.state.messages, session.state.face);
    this.#update();
    return new Promise((resolve) => events.on('closed', () => resolve()));
  }

  #stands(messages: ApiSession['state']['messages'], face: string): void {
    // Another connection, or another conversation: it is as the settings have it.
    if (Object.keys(this.#tuning).length > 0) void this.#own?.tune(this.#tuning);
    this.events.emit('renewed', messages);
    this.events.emit('face', face, 0);
  }

  #update(): void {
    const { status, fault } = this.#api;
    const isReady = status === 'open' && this.#session !== undefined;
    const state: LinkState =
      status === 'closed'
        ? 'refused'
        : isReady
          ? 'online'
          : this.#state === 'connecting'
            ? 'connecting'
            : 'lost';
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'refused' && fault !== undefined) this.events.emit('error', linkErrorOf(fault));
    this.events.emit('link', state);
  }
}

/** What was thrown, as pages tell it. */
export function linkErrorOf(error: unknown): LinkError {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'unknownError',
    message: typeof message === 'string' ? message : String(error),
  };
}
