import {
  BridgeError,
  type Clock,
  Emitter,
  errorText,
  isAbortError,
  type Logger,
  type Timer,
} from '../runtime/index.js';
import type { Comment } from './comment.js';
import {
  CommentQueue,
  isRemoved,
  type QueueDrop,
  type QueueSettings,
  type Removal,
  type Waiting,
} from './comment-queue.js';
import type { Moderated, ModerationDrop, Moderator } from './moderator.js';

/** Why a comment came to nothing. `failed`: its turn failed, twice; `cut`: a more urgent one took its turn. */
export type CommentDrop = QueueDrop | ModerationDrop | 'failed' | 'cut' | 'closed';

export interface FeedSettings extends QueueSettings {
  /** `whenIdle`: asks when nobody speaks; `interrupt`: the same, and what is urgent enough at once. */
  readonly policy: 'whenIdle' | 'interrupt';
  /** With `interrupt`: the priority that may. */
  readonly interruptFrom: number;
  /** At most one turn in so many milliseconds, from beginning to beginning. */
  readonly everyMs: number;
  /** A turn that has not ended by then is not waited for any more. */
  readonly maxTurnMs: number;
}

/** The conversation that answers, as far as comments need it. */
export interface AskPort {
  /** Nobody speaks and nothing is being thought. */
  isIdle(): boolean;
  /** Told each time it becomes so. @returns what takes the listener away; idempotent. */
  onIdle(listener: () => void): () => void;
  /**
   * Asks one turn. @returns settles when the turn has ended; rejects when it was refused (BRIDGE_ERR_TURN_REFUSED) or failed.
   * @param question - `metadata` is for hooks and tools, never for the model.
   */
  ask(question: CommentQuestion): Promise<unknown>;
}

export interface CommentQuestion {
  /** One line that says who speaks. */
  readonly text: string;
  readonly metadata: { readonly comment: Comment };
  readonly ifBusy: 'refuse' | 'interrupt';
}

export interface FeedEvents {
  /** It waits for its turn. */
  accepted: [comment: Comment];
  dropped: [comment: Comment, reason: CommentDrop];
  /** Its turn began. With a turn that fails it may happen twice. */
  asked: [comment: Comment];
  answered: [comment: Comment];
}

/** A turn that was refused or failed is not tried again at once: who refused is still busy. */
const RETRY_MS = 2000;

interface Asking {
  readonly entry: Waiting;
  readonly limit: Timer;
  isCut: boolean;
}

export interface FeedOptions {
  readonly settings: FeedSettings;
  readonly moderator: Moderator;
  readonly port: AskPort;
  /** Of a comment, the text of its turn. */
  readonly turnText: (comment: Comment) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Comments on their way to turns: looked at by the moderator, waiting in the queue, asked one at a time.
 *
 * | state            | a comment comes                  | the conversation is idle | the turn ends           |
 * | ---------------- | -------------------------------- | ------------------------ | ----------------------- |
 * | nothing asked    | asked, when idle and not too soon | the next is asked        | -                       |
 * | asking           | waits; interrupts when it may     | waits for the turn's end | the next, or once more  |
 * | paused, closed   | waits; is dropped                 | nothing                  | nothing                 |
 */
export class CommentFeed {
  readonly events = new Emitter<FeedEvents>();
  readonly #options: FeedOptions;
  readonly #queue: CommentQueue;
  readonly #leave: () => void;
  /** Comments before the moderator that were taken back meanwhile. */
  readonly #checking = new Map<Comment, { isGone: boolean }>();
  #arrivals = 0;
  #asking: Asking | undefined;
  /** The one above, and those that were cut and have not ended yet. */
  readonly #turns = new Set<Asking>();
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #wake: Timer | undefined;
  #isPumpDue = false;
  #isPaused = false;
  #isClosed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#queue = new CommentQueue(options.settings, options.clock, (comment, reason) =>
      this.events.emit('dropped', comment, reason),
    );
    this.#leave = options.port.onIdle(() => this.#pump());
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** The one whose turn runs. */
  get asking(): Comment | undefined {
    return this.#asking?.entry.comment;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A paused feed goes on collecting. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#pump();
  }

  offer(comment: Comment): void {
    const seen = this.#isClosed ? 'closed' : this.#queue.seenBefore(comment);
    if (seen !== undefined) {
      this.#drop(comment, seen);
      return;
    }
    const order = this.#arrivals++;
    const moderated = this.#options.moderator.check(comment);
    if (moderated instanceof Promise) void this.#afterCheck(comment, moderated, order);
    else this.#admit(comment, moderated, order);
  }

  /** What a source takes back is not asked any more; a turn that has begun goes on. */
  withdraw(source: string, removal: Removal): void {
    for (const [comment, state] of this.#checking)
      if (isRemoved(comment, source, removal)) state.isGone = true;
    this.#queue.withdraw(source, removal);
  }

  /** Ends everything: nothing is asked or told any more, and a turn that runs is left to itself. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#leave();
    this.#wake?.cancel();
    for (const { limit } of this.#turns) limit.cancel();
    this.#turns.clear();
    this.#asking = undefined;
    this.#options.moderator.close();
    for (const comment of this.#queue.clear()) this.#drop(comment, 'closed');
  }

  async #afterCheck(comment: Comment, pending: Promise<Moderated>, order: number): Promise<void> {
    const state = { isGone: false };
    this.#checking.set(comment, state);
    try {
      const moderated = await pending;
      if (state.isGone) this.#drop(comment, 'withdrawn');
      else this.#admit(comment, moderated, order);
    } catch {
      // Closed meanwhile: the moderator throws for nothing else.
      this.#drop(comment, 'closed');
    } finally {
      this.#checking.delete(comment);
    }
  }

  #admit(given: Comment, moderated: Moderated, order: number): void {
    if (this.#isClosed) this.#drop(given, 'closed');
    else if ('reason' in moderated) this.#drop(given, moderated.reason);
    else if (this.#queue.add(moderated.comment, order)) {
      this.events.emit('accepted', moderated.comment);
      this.#pumpSoon();
    }
  }

  /** Comments that come together, as a list or one after the other of a poll, are weighed against each other before one is asked. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Asks the next one, if it is time. */
  #pump(): void {
    if (this.#isClosed || this.#isPaused) return;
    const next = this.#queue.next;
    if (next === undefined) return;
    const waitMs = this.#notBeforeMs - this.#options.clock.nowMs();
    if (waitMs > 0) {
      this.#wakeIn(waitMs);
      return;
    }
    const isFree = this.#asking === undefined && this.#options.port.isIdle();
    if (!isFree && !this.#mayInterrupt(next)) return;
    const entry = this.#queue.take();
    if (entry !== undefined) this.#ask(entry, isFree ? 'refuse' : 'interrupt');
  }

  #mayInterrupt({ priority }: Waiting): boolean {
    const { policy, interruptFrom } = this.#options.settings;
    if (policy !== 'interrupt' || priority < interruptFrom) return false;
    // Two that are as urgent as each other would never let one another end.
    return this.#asking === undefined || priority > this.#asking.entry.priority;
  }

  #ask(entry: Waiting, ifBusy: 'refuse' | 'interrupt'): void {
    const { clock, settings, port, turnText } = this.#options;
    const { comment } = entry;
    if (this.#asking !== undefined) this.#asking.isCut = true;
    const asking: Asking = {
      entry,
      isCut: false,
      limit: clock.after(settings.maxTurnMs, () => this.#onStuck(asking)),
    };
    this.#asking = asking;
    this.#turns.add(asking);
    this.#notBeforeMs = clock.nowMs() + settings.everyMs;
    this.events.emit('asked', comment);
    const turn = Promise.resolve().then(() => {
      if (this.#isClosed) return undefined;
      return port.ask({ text: turnText(comment), metadata: { comment }, ifBusy });
    });
    turn.then(
      () => this.#onEnded(asking, undefined),
      (error: unknown) => this.#onEnded(asking, error ?? new Error('the turn failed')),
    );
  }

  #onEnded(asking: Asking, error: unknown): void {
    asking.limit.cancel();
    // Closed, or given up.
    if (!this.#turns.delete(asking)) return;
    if (this.#asking === asking) this.#asking = undefined;
    const { entry, isCut } = asking;
    if (error === undefined) this.events.emit('answered', entry.comment);
    else if (isCut || isAbortError(error)) this.#drop(entry.comment, 'cut');
    else this.#onFailed(entry, error);
    this.#pump();
  }

  #onFailed(entry: Waiting, error: unknown): void {
    const { clock, logger } = this.#options;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, clock.nowMs() + RETRY_MS);
    // Refused is not failed: nothing was asked yet. It grows stale in the end.
    const isRefused = error instanceof BridgeError && error.code === 'BRIDGE_ERR_TURN_REFUSED';
    const failures = entry.failures + (isRefused ? 0 : 1);
    const { id, source } = entry.comment;
    if (!isRefused)
      logger.warn({ id, source, failures, reason: errorText(error) }, 'The turn of a comment failed');
    if (failures > 1) this.#drop(entry.comment, 'failed');
    else this.#queue.giveBack({ ...entry, failures });
  }

  #onStuck(asking: Asking): void {
    const { id, source } = asking.entry.comment;
    this.#options.logger.warn({ id, source }, 'The turn of a comment does not end: the next is asked');
    this.#turns.delete(asking);
    if (this.#asking === asking) this.#asking = undefined;
    this.#drop(asking.entry.comment, 'failed');
    this.#pump();
  }

  #wakeIn(waitMs: number): void {
    this.#wake?.cancel();
    this.#wake = this.#options.clock.after(waitMs, () => this.#pump());
  }

  #drop(comment: Comment, reason: CommentDrop): void {
    this.events.emit('dropped', comment, reason);
  }
}
