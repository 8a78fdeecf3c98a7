import { randomUUID } from 'node:crypto';
import type { ChatPorts } from '../chat/index.js';
import type { Said, TurnHandle } from '../dialogue/index.js';
import { BridgeError, type Clock, Emitter, errorText, type Logger } from '../runtime/index.js';
import { checkPicture, checkQuestion } from './check-wish.js';
import { ClientSound } from './client-sound.js';
import type { Contexts } from './contexts.js';
import { CurrentTalk } from './current-talk.js';
import type { Faults } from './faults.js';
import { hearerOf } from './hearer-of.js';
import type { Houses } from './house.js';
import type { OpenedTalk } from './opened-talk.js';
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
  readonly faults: Faults;
  /** Whether pictures may be given by address: who answers would fetch them. */
  readonly allowsLinks: boolean;
  /** It is not to be found any more. @param ended - it is silent, and everything of it is closed. */
  readonly onClosed: (session: TalkSession, ended: Promise<void>) => void;
}

const CLIENT_RATE_HZ = 24_000;

type ClosedWhy = SessionEvents['closed'][0];

/** One conversation of one caller, which is open while it is needed: see `CurrentTalk`. */
export class TalkSession implements Session {
  readonly id = randomUUID();
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  readonly #options: TalkSessionOptions;
  readonly #sound: ClientSound;
  readonly #eyes: SessionEyes;
  readonly #ear: SessionEar;
  readonly #talk: CurrentTalk;
  readonly #sinceMs: number;
  #asking = 0;
  #turns = 0;
  #holds = 0;
  #aliveAtMs: number;
  #face = 'neutral';
  #isOperated = false;
  #isClosed = false;
  #ended: Promise<void> | undefined;

  constructor(wish: SessionWish, options: TalkSessionOptions) {
    this.wish = wish;
    this.#options = options;
    const { clock, logger } = options;
    this.#sinceMs = clock.nowMs();
    this.#aliveAtMs = this.#sinceMs;
    this.events.onListenerError = (error) => logger.error({ err: error }, 'A listener of a session failed');
    const sampleRateHz = (wish.voice.to === 'client' ? wish.voice.sampleRateHz : undefined) ?? CLIENT_RATE_HZ;
    this.#sound = new ClientSound({
      clock,
      events: this.events,
      sampleRateHz,
      turn: () => this.#talk.now?.now,
    });
    this.#eyes = new SessionEyes({
      ask: (picture) => {
        this.events.emit('vision', { ...picture, turn: this.#talk.now?.now?.turn ?? 0 });
        return this.#holds > 0;
      },
      onOver: (id) => this.events.emit('looked', id),
    });
    this.#ear = new SessionEar({
      clock,
      open: () => this.#talk.opened(undefined),
      onFailed: (error) => this.#notOpened(error),
    });
    this.#talk = new CurrentTalk({
      ...options,
      ...{ wish, events: this.events },
      hooks: {
        player: this.#sound,
        getImageUrl: (source, _metadata, signal) => this.#eyes.look(source, signal),
      },
      nextTurn: () => ++this.#turns,
      onOpened: (talk) => this.#begun(talk),
      onClosing: () => {
        this.#ear.hearer = undefined;
      },
      onAlive: () => this.#alive(),
    });
    this.events.on('phase', (phase) => {
      this.#ear.isSpeaking = phase === 'speaking';
      this.moveOn();
    });
    this.events.on('ended', () => this.moveOn());
    this.events.on('context', () => this.moveOn());
    this.events.on('face', (face) => {
      this.#face = face;
    });
  }

  get phase(): SessionPhase {
    return this.#talk.now?.chat.conversation.phase ?? 'idle';
  }

  get isBusy(): boolean {
    return this.#asking > 0 || this.#talk.now?.isBusy === true;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  get context(): string {
    return this.#talk.context.name;
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
    return this.#begin({ context, ifBusy }, ({ conversation }) =>
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
    return this.#begin({}, ({ conversation }) =>
      conversation.say(text, ifBusy === undefined ? {} : { ifBusy }),
    );
  }

  async greet(): Promise<AskedTurn | undefined> {
    const talk = await this.#talk.opened(undefined);
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
    this.#whenThere(({ hearing }) => hearing?.flush());
  }

  press(): void {
    this.#talk.opened(undefined).then(
      ({ chat }) => chat.conversation.press(),
      (error: unknown) => this.#notOpened(error),
    );
  }

  release(): void {
    this.#whenThere(({ conversation }) => conversation.release());
  }

  interrupt(): void {
    this.#talk.now?.chat.conversation.interrupt();
  }

  takeOver(): void {
    this.#isOperated = true;
    this.#talk.now?.chat.conversation.takeOver();
  }

  handBack(): void {
    this.#isOperated = false;
    this.#talk.now?.chat.conversation.handBack();
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
    return (this.#talk.context.history?.said() ?? []).map(asLine);
  }

  forget(): Promise<void> {
    return this.#talk.forget();
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
    if (this.isBusy || this.#talk.isMoving || this.#talk.now === undefined || this.phase !== 'idle') return;
    await this.#talk.shut();
  }

  /** What is open is closed where the next turn wants another: who only speaks asks for none. */
  moveOn(): void {
    if (this.#talk.now?.isOutdated === true) void this.sleep();
  }

  close(): Promise<void> {
    return this.end('asked');
  }

  /** @returns the same for all who ask. */
  end(why: ClosedWhy): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = this.#end(why);
      this.#options.onClosed(this, this.#ended);
    }
    return this.#ended;
  }

  async #end(why: ClosedWhy): Promise<void> {
    this.#isClosed = true;
    await this.#talk.end();
    this.events.emit('closed', why);
  }

  async #begin(
    { context, ifBusy }: Pick<SessionQuestion, 'context' | 'ifBusy'>,
    begin: (chat: OpenedTalk['chat']) => TurnHandle,
  ): Promise<AskedTurn> {
    this.#asking++;
    try {
      await this.#talk.whenFree(context, ifBusy);
      const talk = await this.#talk.opened(context);
      const handle = begin(talk.chat);
      return asked(talk.told(handle), () => handle.cancel());
    } finally {
      this.#asking--;
      this.#alive();
    }
  }

  #begun({ chat, house }: OpenedTalk): void {
    this.#alive();
    if (this.#isOperated) chat.conversation.takeOver();
    this.#ear.hearer = hearerOf(chat, (why) => this.#notOpened(why));
    // The lane of an avatar is its own.
    if (this.wish.voice.to === 'avatar' || house.takesWarmUp(this.#options.clock.nowMs()))
      void chat.conversation.warmUp();
  }

  /** At once where it is open, else when it is. */
  #whenThere(run: (chat: OpenedTalk['chat']) => void): void {
    const { now, isMoving, settled } = this.#talk;
    if (now !== undefined && !isMoving) run(now.chat);
    else
      void settled.then(() => {
        if (this.#talk.now !== undefined) run(this.#talk.now.chat);
      });
  }

  #notOpened(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.logger.warn({ err: error, session: this.id }, 'A session could not be opened');
    const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
    this.events.emit('error', { stage: 'open', code, message: errorText(error) });
  }

  #alive(): void {
    this.#aliveAtMs = this.#options.clock.nowMs();
    this.#talk.used();
  }
}

function asked({ turn, ended }: ToldTurn, cancel: () => void): AskedTurn {
  return { turn, ended, cancel };
}

function asLine({ turn, role, text, outcome }: Said): SessionLine {
  return { turn, role, text, outcome };
}
