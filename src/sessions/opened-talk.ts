import type { Chat } from '../chat/index.js';
import type { TurnHandle } from '../dialogue/index.js';
import { type BridgeError, type Emitter, errorText, NOTICES } from '../runtime/index.js';
import type { Context, KeptUnder } from './contexts.js';
import type { House } from './house.js';
import type { SessionEvents } from './session.js';
import { ToldTurn } from './told-turn.js';

export interface OpenedTalkOptions {
  readonly chat: Chat;
  readonly house: House;
  readonly leaveHouse: () => void;
  readonly events: Emitter<SessionEvents>;
  /** Whether the client gets the sound. */
  readonly hasSound: boolean;
  /** Of what is said now. */
  readonly context: Context;
  /** Of whom its turns are kept. */
  readonly keptUnder: KeptUnder;
  /** The next number of the session. */
  readonly nextTurn: () => number;
  /** What its caller may know of a fault. */
  readonly toldFault: (error: BridgeError) => BridgeError;
  readonly onForgotten: () => void;
  readonly onAlive: () => void;
}

/** The conversation behind a session, while it is open: its events, as the session's listeners know them. */
export class OpenedTalk {
  readonly chat: Chat;
  readonly house: House;
  readonly #options: OpenedTalkOptions;
  readonly #told = new WeakMap<TurnHandle, ToldTurn>();
  readonly #offs: (() => void)[] = [];
  #now: ToldTurn | undefined;
  #forgotten: number;

  constructor(options: OpenedTalkOptions) {
    this.chat = options.chat;
    this.house = options.house;
    this.#forgotten = options.context.forgotten;
    this.#options = options;
    this.#watch();
    this.#listen();
  }

  /** The turn under way, or the last. */
  get now(): ToldTurn | undefined {
    return this.#now;
  }

  /** Whether the next turn wants another: its settings have changed, or what it writes down was thrown away by another session. */
  get isOutdated(): boolean {
    return this.house.isOutdated || this.isForgotten;
  }

  /** Whether another session threw away what it writes down. */
  get isForgotten(): boolean {
    return this.#forgotten !== this.#options.context.forgotten;
  }

  get isBusy(): boolean {
    return this.chat.conversation.turn !== undefined;
  }

  /** As it is told; the same for the same turn. */
  told(handle: TurnHandle): ToldTurn {
    const { events, hasSound, context, nextTurn, toldFault } = this.#options;
    const known = this.#told.get(handle);
    if (known !== undefined) return known;
    const turn = new ToldTurn({
      ...{ handle, events, hasSound, toldFault },
      turn: nextTurn(),
      context: () => context.name,
    });
    this.#told.set(handle, turn);
    return turn;
  }

  /** As `Chat.forget`. */
  forget(): Promise<void> {
    this.#forgotten = this.#options.context.forgotten;
    return this.chat.forget();
  }

  /** Silence, then nothing of it is told any more. */
  async close(): Promise<void> {
    const now = this.#now;
    await this.chat.close();
    await now?.ended;
    for (const off of this.#offs.splice(0)) off();
    this.#options.leaveHouse();
  }

  #watch(): void {
    const { events: told, hasSound, context, keptUnder, onForgotten, onAlive, toldFault } = this.#options;
    const { conversation, face } = this.chat;
    const { events } = conversation;
    this.#offs.push(
      events.on('turn', (handle) => {
        this.#now = this.told(handle);
        context.kept.set(this.chat.sessionId, keptUnder);
        onAlive();
      }),
      events.on('turnEnded', () => onAlive()),
      events.on('phase', (phase) => told.emit('phase', phase)),
      events.on('partial', (text) => told.emit('partial', text)),
      events.on('ignored', (text, why) => told.emit('ignored', text, why)),
      events.on('credit', (credit) => told.emit('credit', credit)),
      events.on('warned', (_text, notice) => {
        if (NOTICES[notice.code].kind !== 'plan') told.emit('notice', notice);
      }),
      events.on('error', (error, stage) =>
        told.emit('error', { stage, code: error.code, message: errorText(toldFault(error)) }),
      ),
      events.on('forgotten', onForgotten),
      face.events.on('face', (name, lastsMs) => told.emit('face', name, lastsMs)),
    );
    // A client that plays by itself is told by the voice, when there is something to silence.
    if (!hasSound)
      this.#offs.push(
        events.on('interrupted', () => {
          if (this.#now !== undefined) told.emit('cut', this.#now.turn);
        }),
      );
  }

  #listen(): void {
    const { hearing } = this.chat;
    const { events: told, onAlive } = this.#options;
    if (hearing === undefined) return;
    this.#offs.push(
      hearing.events.on('began', () => {
        told.emit('voice', true);
        onAlive();
      }),
      hearing.events.on('ended', (_utterance, how) => {
        if (how === 'cut') return;
        told.emit('voice', false);
        told.emit('accepted');
      }),
      hearing.events.on('dropped', (_utterance, why) => {
        if (why !== 'tooShort') told.emit('voice', false);
      }),
    );
  }
}
