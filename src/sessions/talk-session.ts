import { randomUUID } from 'node:crypto';
import type { ChatPorts } from '../chat/index.js';
import type { Said } from '../dialogue/index.js';
import {
  BridgeError,
  type Clock,
  Emitter,
  errorText,
  type Logger,
  NOTICES,
  RequestError,
} from '../runtime/index.js';
import { checkPicture, checkQuestion } from './check-wish.js';
import { ClientSound } from './client-sound.js';
import type { Contexts } from './contexts.js';
import { hearerOf } from './hearer-of.js';
import type { Houses } from './house.js';
import { newContext, openTalk } from './open-talk.js';
import { OpenedTalk } from './opened-talk.js';
import type {
  AskedTurn,
  Session,
  SessionEvents,
  SessionFacts,
  SessionLine,
  SessionPhase,
  SessionQuestion,
  SessionTuning,
  SessionWish,
} from './session.js';
import { SessionEar } from './session-ear.js';
import { SessionEyes } from './session-eyes.js';
import type { ToldTurn } from './told-turn.js';

export interface TalkSessionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ports: ChatPorts;
  readonly houses: Houses;
  readonly contexts: Contexts;
  /** Whether pictures may be given by address: who answers would fetch them. */
  readonly allowsLinks: boolean;
  readonly onClosed: (session: TalkSession) => void;
}

const CLIENT_RATE_HZ = 24_000;

type ClosedWhy = SessionEvents['closed'][0];

/**
 * One conversation of one caller.
 *
 * closed –first question or sound→ open –quiet for long, or other settings→ closed (what was said is kept) –next question→ open.
 */
export class TalkSession implements Session {
  readonly id = randomUUID();
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  readonly #options: TalkSessionOptions;
  readonly #sound: ClientSound;
  readonly #eyes: SessionEyes;
  readonly #ear: SessionEar;
  readonly #sinceMs: number;
  #context = newContext();
  #talk: OpenedTalk | undefined;
  /** Opening and closing, one after the other. */
  #line: Promise<unknown> = Promise.resolve();
  #isOpening = false;
  #asking = 0;
  #turns = 0;
  #holds = 0;
  #aliveAtMs: number;
  #face = 'neutral';
  #isOperated = false;
  #isClosed = false;

  constructor(wish: SessionWish, options: TalkSessionOptions) {
    this.wish = wish;
    this.#options = options;
    const { clock, logger, contexts } = options;
    const { context = '', caller } = wish;
    if (contexts.find(caller.id, context) !== undefined) this.#context = context;
    this.#sinceMs = clock.nowMs();
    this.#aliveAtMs = this.#sinceMs;
    this.events.onListenerError = (error) => logger.error({ err: error }, 'A listener of a session failed');
    const sampleRateHz = (wish.voice.to === 'client' ? wish.voice.sampleRateHz : undefined) ?? CLIENT_RATE_HZ;
    this.#sound = new ClientSound({ clock, events: this.events, sampleRateHz, turn: () => this.#talk?.now });
    this.#eyes = new SessionEyes({
      ask: (picture) => {
        this.events.emit('vision', { ...picture, turn: this.#talk?.now?.turn ?? 0 });
        return this.#holds > 0;
      },
      onOver: (id) => this.events.emit('looked', id),
    });
    this.#ear = new SessionEar({
      clock,
      open: () => this.#opened(undefined),
      onFailed: (error) => this.#notOpened(error),
    });
    this.events.on('phase', (phase) => {
      this.#ear.isSpeaking = phase === 'speaking';
    });
    this.events.on('face', (face) => {
      this.#face = face;
    });
  }

  get phase(): SessionPhase {
    return this.#talk?.chat.conversation.phase ?? 'idle';
  }

  get isBusy(): boolean {
    return this.#asking > 0 || this.#talk?.isBusy === true;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  get context(): string {
    return this.#context;
  }

  get face(): string {
    return this.#face;
  }

  get isOperated(): boolean {
    return this.#isOperated;
  }

  /** Since when nothing has happened, milliseconds. */
  get quietMs(): number {
    return this.isBusy ? 0 : this.#options.clock.nowMs() - this.#aliveAtMs;
  }

  get facts(): SessionFacts {
    const { name, caller, by, user, voice, persona } = this.wish;
    const { id, phase, isHeld, isOperated, quietMs } = this;
    const sinceMs = this.#options.clock.nowMs() - this.#sinceMs;
    const { houses } = this.#options;
    return {
      ...{ id, name, by, user, voice, phase, isHeld, isOperated, quietMs, sinceMs, caller: caller.label },
      ...{ persona: houses.nameOf(persona), turns: this.#turns },
    };
  }

  async ask(question: SessionQuestion): Promise<AskedTurn> {
    checkQuestion(question, this.#options.allowsLinks);
    const { text, images = [], context, metadata, parameters, ifBusy, by = 'typed' } = question;
    return this.#begin(context, ({ conversation }) =>
      conversation.ask({
        ...{ text, images, by },
        ...(metadata === undefined ? {} : { metadata }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(ifBusy === undefined ? {} : { ifBusy }),
      }),
    );
  }

  async say(
    text: string,
    { ifBusy }: { readonly ifBusy?: SessionQuestion['ifBusy'] } = {},
  ): Promise<AskedTurn> {
    checkQuestion({ text }, false);
    return this.#begin(undefined, ({ conversation }) =>
      conversation.say(text, ifBusy === undefined ? {} : { ifBusy }),
    );
  }

  async greet(): Promise<AskedTurn | undefined> {
    const talk = await this.#opened(undefined);
    const { conversation } = talk.chat;
    const isNew = conversation.messages().every(({ role, turn }) => role === 'assistant' && turn === 0);
    const handle = isNew && !talk.isBusy ? conversation.greet() : undefined;
    return handle === undefined ? undefined : asked(talk.told(handle), () => handle.cancel());
  }

  hear(pcm: Uint8Array): void {
    if (!this.#isClosed) this.#ear.push(pcm);
  }

  endOfSpeech(): void {
    this.#ear.clear();
    this.#talk?.chat.hearing?.flush();
  }

  press(): void {
    this.#opened(undefined).then(
      ({ chat }) => chat.conversation.press(),
      (error: unknown) => this.#notOpened(error),
    );
  }

  release(): void {
    void this.#line.then(() => this.#talk?.chat.conversation.release());
  }

  interrupt(): void {
    this.#talk?.chat.conversation.interrupt();
  }

  takeOver(): void {
    this.#isOperated = true;
    this.#talk?.chat.conversation.takeOver();
  }

  handBack(): void {
    this.#isOperated = false;
    this.#talk?.chat.conversation.handBack();
  }

  give(id: string, picture: { readonly image: string } | { readonly refused: string }): void {
    if ('image' in picture) checkPicture(picture.image, this.#options.allowsLinks);
    this.#eyes.give(id, picture);
  }

  played(turn: number, heardMs: number): void {
    this.#sound.played(turn, heardMs);
  }

  tune(tuning: SessionTuning): void {
    this.#ear.tune(tuning);
  }

  messages(): readonly SessionLine[] {
    const { contexts } = this.#options;
    const history =
      this.#talk?.chat.conversation.history ?? contexts.find(this.wish.caller.id, this.#context);
    return (history?.said() ?? []).map(asLine);
  }

  async forget(): Promise<void> {
    const { chat } = this.#talk ?? {};
    if (chat === undefined) this.#newContext(undefined);
    // `forgotten` of the conversation makes the new context.
    else await chat.forget();
  }

  hold(): () => void {
    this.#holds++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds--;
      this.#alive();
    };
  }

  /** Frees what a quiet session holds; what was said is kept. */
  async sleep(): Promise<void> {
    if (this.isBusy || this.#isOpening || this.phase !== 'idle') return;
    await this.#shut();
  }

  close(): Promise<void> {
    return this.end('asked');
  }

  async end(why: ClosedWhy): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClosed(this);
    await this.#shut();
    this.events.emit('closed', why);
  }

  async #begin(
    context: string | undefined,
    begin: (chat: OpenedTalk['chat']) => ReturnType<OpenedTalk['chat']['conversation']['ask']>,
  ): Promise<AskedTurn> {
    this.#asking++;
    try {
      const talk = await this.#opened(context);
      const handle = begin(talk.chat);
      return asked(talk.told(handle), () => handle.cancel());
    } finally {
      this.#asking--;
      this.#alive();
    }
  }

  #opened(context: string | undefined): Promise<OpenedTalk> {
    const talk = this.#talk;
    const isOther = context !== undefined && context !== this.#context;
    const isOutdated = talk?.house.isOutdated === true && !talk.isBusy;
    if (talk !== undefined && !isOther && !isOutdated && !this.#isOpening) return Promise.resolve(talk);
    return this.#inLine(() => this.#reopened(context));
  }

  async #reopened(context: string | undefined): Promise<OpenedTalk> {
    if (this.#isClosed) throw ended();
    const { contexts, houses, ports, clock } = this.#options;
    const { caller, persona, voice } = this.wish;
    const talk = this.#talk;
    const isOther = context !== undefined && context !== this.#context;
    if (talk !== undefined && !isOther && (!talk.house.isOutdated || talk.isBusy)) return talk;
    const history = isOther
      ? contexts.find(caller.id, context)
      : (talk?.chat.conversation.history ?? contexts.find(caller.id, this.#context));
    await this.#closeTalk();
    if (isOther) this.#context = history === undefined ? newContext() : context;
    if (isOther) this.events.emit('context', this.#context);
    const house = houses.get(persona);
    const leaveHouse = house.enter();
    try {
      const chat = await openTalk(house, this.wish, {
        ports,
        history,
        hooks: {
          player: this.#sound,
          getImageUrl: (source, _metadata, signal) => this.#eyes.look(source, signal),
          notice: (notice) => {
            if (NOTICES[notice.code].kind !== 'plan') this.events.emit('notice', notice);
          },
        },
      });
      if (this.#isClosed) {
        await chat.close();
        throw ended();
      }
      this.#talk = new OpenedTalk({
        ...{ chat, house, leaveHouse, events: this.events, hasSound: voice.to === 'client' },
        context: () => this.#context,
        nextTurn: () => ++this.#turns,
        onForgotten: () => this.#newContext(chat.conversation.history),
        onAlive: () => this.#alive(),
      });
      contexts.keep(caller.id, this.#context, chat.conversation.history);
      if (this.#isOperated) chat.conversation.takeOver();
      this.#ear.hearer = hearerOf(chat, (why) => this.#notOpened(why));
      // The lane of an avatar is its own.
      if (voice.to === 'avatar' || house.takesWarmUp(clock.nowMs())) void chat.conversation.warmUp();
      return this.#talk;
    } catch (error) {
      leaveHouse();
      throw error;
    }
  }

  #newContext(history: Parameters<Contexts['keep']>[2] | undefined): void {
    const { contexts } = this.#options;
    const { caller } = this.wish;
    contexts.forget(caller.id, this.#context);
    this.#context = newContext();
    if (history !== undefined) contexts.keep(caller.id, this.#context, history);
    this.events.emit('context', this.#context);
  }

  #shut(): Promise<void> {
    return this.#inLine(() => this.#closeTalk());
  }

  async #closeTalk(): Promise<void> {
    const talk = this.#talk;
    this.#talk = undefined;
    this.#ear.hearer = undefined;
    await talk?.close();
  }

  #inLine<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(async () => {
      this.#isOpening = true;
      try {
        return await run();
      } finally {
        this.#isOpening = false;
      }
    });
    this.#line = turn.catch(() => {});
    return turn;
  }

  #notOpened(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.logger.warn({ err: error, session: this.id }, 'A session could not be opened');
    const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
    this.events.emit('error', { stage: 'open', code, message: errorText(error) });
  }

  #alive(): void {
    this.#aliveAtMs = this.#options.clock.nowMs();
  }
}

function asked({ turn, ended: end }: ToldTurn, cancel: () => void): AskedTurn {
  return { turn, ended: end, cancel };
}

function asLine({ turn, role, text, outcome }: Said): SessionLine {
  return { turn, role, text, outcome };
}

function ended(): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The session has ended. Open another.');
}
