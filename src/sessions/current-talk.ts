import type { ChatPorts } from '../chat/index.js';
import { type BridgeError, type Emitter, NOTICES, RequestError } from '../runtime/index.js';
import { Context, type Contexts } from './contexts.js';
import type { Faults } from './faults.js';
import { forgetKept } from './forget-kept.js';
import type { Houses } from './house.js';
import { openTalk, type TalkHooks, userOf } from './open-talk.js';
import { OpenedTalk } from './opened-talk.js';
import type { SessionEvents, SessionQuestion, SessionWish } from './session.js';

export interface CurrentTalkOptions {
  readonly wish: SessionWish;
  readonly houses: Houses;
  readonly contexts: Contexts;
  readonly faults: Faults;
  readonly ports: ChatPorts;
  readonly events: Emitter<SessionEvents>;
  readonly hooks: Pick<TalkHooks, 'player' | 'getImageUrl'>;
  /** The next number of the session. */
  readonly nextTurn: () => number;
  readonly onOpened: (talk: OpenedTalk) => void;
  /** It is no more; silence follows. */
  readonly onClosing: () => void;
  readonly onAlive: () => void;
}

/**
 * The conversation behind a session, and what was said in it.
 *
 * closed –first question or sound→ open –quiet for long, or other settings→ closed (what was said is kept) –next question→ open.
 *
 * Openings and closings stand in a line: each finds what the one before it has left.
 */
export class CurrentTalk {
  readonly #options: CurrentTalkOptions;
  #context: Context;
  /** As the client knows it. */
  #toldName: string;
  #now: OpenedTalk | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #inLine = 0;
  #isEnded = false;

  constructor(options: CurrentTalkOptions) {
    this.#options = options;
    const { caller, context = '' } = options.wish;
    this.#context = options.contexts.find(caller.id, context) ?? new Context();
    this.#toldName = this.#context.name;
  }

  get now(): OpenedTalk | undefined {
    return this.#now;
  }

  get context(): Context {
    return this.#context;
  }

  /** Whether it is being opened or closed. */
  get isMoving(): boolean {
    return this.#inLine > 0;
  }

  /** When what stands in the line is done. Never rejects. */
  get settled(): Promise<unknown> {
    return this.#line;
  }

  /**
   * Open, with the settings of now.
   *
   * @param name - of a context to go on with, unknown: a new one; undefined: the one there is.
   * @throws what `openTalk` throws; {RequestError} BRIDGE_ERR_TURN_REFUSED, BRIDGE_ERR_TALK_UNKNOWN - its persona is gone.
   */
  opened(name: string | undefined): Promise<OpenedTalk> {
    const now = this.#now;
    const isFit = now !== undefined && !this.#isOther(name) && (!now.isOutdated || now.isBusy);
    return isFit && !this.isMoving ? Promise.resolve(now) : this.#queued(() => this.#reopened(name));
  }

  /** A question of another context ends the reply under way, or waits for it. @throws {RequestError} BRIDGE_ERR_TURN_REFUSED */
  async whenFree(name: string | undefined, ifBusy: SessionQuestion['ifBusy']): Promise<void> {
    const turn = this.#now?.chat.conversation.turn;
    if (turn === undefined || !this.#isOther(name)) return;
    if (ifBusy === 'refuse') throw refused('A turn of another context is under way. Wait for its end.');
    if (ifBusy === 'queue') await turn.ended;
  }

  /** What was said is kept. */
  shut(): Promise<void> {
    return this.#queued(() => this.#close());
  }

  end(): Promise<void> {
    this.#isEnded = true;
    return this.shut();
  }

  /** Somebody uses what was said. */
  used(): void {
    const { contexts, wish } = this.#options;
    if (this.#context.history !== undefined) contexts.keep(wish.caller.id, this.#context);
  }

  /** @throws {RequestError} BRIDGE_ERR_KEPT - something is left, which the next call tries again; BRIDGE_ERR_TURN_REFUSED */
  async forget(): Promise<void> {
    const { done } = await this.#queued(async () => {
      if (this.#isEnded) throw ended();
      // Not waited for in the line: what is asked meanwhile is kept as another session.
      return { done: this.#forget() };
    });
    await done;
  }

  async #forget(): Promise<void> {
    const { houses } = this.#options;
    const context = this.#context;
    const talk = this.#now;
    context.forgotten++;
    const before = [...context.kept];
    // `forgotten` of each conversation that shares it tells its client.
    const own = talk?.forget();
    if (talk === undefined) {
      context.history?.forget();
      this.tellContext(true);
    }
    await own;
    await forgetKept(context, before, houses);
  }

  #isOther(name: string | undefined): boolean {
    return name !== undefined && name !== this.#context.name;
  }

  async #reopened(name: string | undefined): Promise<OpenedTalk> {
    if (this.#isEnded) throw ended();
    const { contexts, houses, wish, events, hooks, ports } = this.#options;
    const before = this.#now;
    const isOther = this.#isOther(name);
    if (before !== undefined && !isOther && (!before.isOutdated || before.isBusy)) return before;
    const context = isOther ? (contexts.find(wish.caller.id, name ?? '') ?? new Context()) : this.#context;
    await this.#close();
    this.#context = context;
    this.tellContext(false);
    const house = houses.get(wish.persona);
    const leaveHouse = house.enter();
    try {
      const chat = await openTalk(house, wish, {
        ports,
        history: context.history,
        hooks: {
          ...hooks,
          notice: (notice) => {
            if (NOTICES[notice.code].kind !== 'plan') events.emit('notice', notice);
          },
        },
      });
      if (this.#isEnded) {
        await chat.close();
        throw ended();
      }
      context.history ??= chat.conversation.history;
      return this.#begin(new OpenedTalk({ ...this.#talkOptions(context), chat, house, leaveHouse }));
    } catch (error) {
      leaveHouse();
      throw this.#options.faults.toldTo(wish.caller, error);
    }
  }

  #begin(talk: OpenedTalk): OpenedTalk {
    this.#now = talk;
    this.used();
    this.#options.onOpened(talk);
    return talk;
  }

  #talkOptions(context: Context) {
    const { wish, events, faults, nextTurn, onAlive } = this.#options;
    const { voice, persona, caller } = wish;
    return {
      ...{ events, context, nextTurn, onAlive },
      hasSound: voice.to === 'client',
      toldFault: (error: BridgeError) => faults.toldTo(caller, error),
      keptUnder: { user: userOf(wish), persona },
      onForgotten: () => this.tellContext(true),
    };
  }

  /** The first of those that share it gives it another name. */
  tellContext(isForgotten: boolean): void {
    const { contexts, wish, events } = this.#options;
    const context = this.#context;
    if (isForgotten && context.name === this.#toldName) contexts.rename(wish.caller.id, context);
    if (context.name === this.#toldName) return;
    this.#toldName = context.name;
    events.emit('context', context.name);
  }

  async #close(): Promise<void> {
    const talk = this.#now;
    this.#now = undefined;
    this.#options.onClosing();
    await talk?.close();
    this.used();
    if (talk?.isForgotten === true) await this.#forgetLate(talk);
  }

  /** What it still wrote when another session had thrown everything away. What is left is tried again with the next `forget`. */
  async #forgetLate({ chat }: OpenedTalk): Promise<void> {
    const { wish, houses } = this.#options;
    const late = [chat.sessionId, { user: userOf(wish), persona: wish.persona }] as const;
    this.#context.kept.set(...late);
    await forgetKept(this.#context, [late], houses).catch(() => {});
  }

  #queued<T>(run: () => Promise<T>): Promise<T> {
    this.#inLine++;
    const turn = this.#line.then(run).finally(() => {
      this.#inLine--;
    });
    this.#line = turn.catch(() => {});
    return turn;
  }
}

function ended(): RequestError {
  return refused('The session has ended. Open another.');
}

function refused(message: string): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', message);
}
