import type { Clock } from '../runtime/index.js';
import { authorKey, type Comment } from './comment.js';
import { type Priorities, priorityOf } from './priority.js';
import { SeenComments } from './seen-comments.js';

export interface QueueSettings {
  /** How many wait at most; the least urgent falls out. */
  readonly maxWaiting: number;
  /** Of the same priority, which is asked first: of a live stream the newest, since the chat has moved on. */
  readonly order: 'newest' | 'oldest';
  /** Older ones are not answered any more. */
  readonly staleMs: number;
  /** So many of one author wait at most. */
  readonly maxPerAuthor: number;
  /** The same words of the same author are one comment for so long. */
  readonly repeatMs: number;
  readonly priorities: Priorities;
}

/** Why a comment left the queue, or never came in, without being asked. `late`: too old when it came; `stale`: while it waited. */
export type QueueDrop = 'duplicate' | 'repeated' | 'flood' | 'full' | 'late' | 'stale' | 'withdrawn';

/** Which comments of a source are gone there: deleted by a moderator, or by who wrote them. */
export interface Removal {
  readonly ids?: readonly string[];
  /** Everything of this author. */
  readonly authorId?: string;
  /** The whole chat was cleared. */
  readonly isAll?: boolean;
}

/** A comment that waits, or was taken and may come back. */
export interface Waiting {
  readonly comment: Comment;
  readonly priority: number;
  /** In order of arrival. */
  readonly order: number;
  /** When it is too old, on the monotonic clock. */
  readonly staleAtMs: number;
  /** How often a turn for it has failed. */
  readonly failures: number;
}

/**
 * What waits to be asked: bounded, the most urgent first, nothing twice, nothing stale.
 *
 * What is too old is found when somebody looks: when a comment comes and when one is taken. Owns no timer.
 */
export class CommentQueue {
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #onDropped: (comment: Comment, reason: QueueDrop) => void;
  readonly #seen: SeenComments;
  /** The next one first. */
  #waiting: Waiting[] = [];

  /** @param onDropped - for each comment that is given and never taken, once; must not throw. */
  constructor(
    settings: QueueSettings,
    clock: Clock,
    onDropped: (comment: Comment, reason: QueueDrop) => void,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#onDropped = onDropped;
    this.#seen = new SeenComments(settings.repeatMs, clock);
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** The next one; undefined when nothing waits. */
  get next(): Waiting | undefined {
    this.#dropStale();
    return this.#waiting[0];
  }

  /** Whether it was here before: the same comment again, or the same words of the same author. */
  seenBefore(comment: Comment): 'duplicate' | 'repeated' | undefined {
    return this.#seen.add(comment);
  }

  /**
   * @param order - counts arrivals over all sources: what is checked longer keeps its place.
   * @returns whether it waits now.
   */
  add(comment: Comment, order: number): boolean {
    const ageMs = Math.max(0, this.#clock.wallMs() - comment.atMs);
    const entry: Waiting = {
      comment,
      priority: priorityOf(comment, this.#settings.priorities),
      order,
      staleAtMs: this.#clock.nowMs() + this.#settings.staleMs - ageMs,
      failures: 0,
    };
    return ageMs >= this.#settings.staleMs ? this.#drop(entry, 'late') : this.#insert(entry);
  }

  /** Takes the next one out. */
  take(): Waiting | undefined {
    this.#dropStale();
    return this.#waiting.shift();
  }

  /** Puts back what was taken, to its old place; it may fall out. */
  giveBack(entry: Waiting): boolean {
    return this.#insert(entry);
  }

  /** Drops what a source has taken back. */
  withdraw(source: string, removal: Removal): void {
    this.#keep(({ comment }) => !isRemoved(comment, source, removal), 'withdrawn');
  }

  /** Empties it without a word. @returns what waited. */
  clear(): readonly Comment[] {
    return this.#waiting.splice(0).map(({ comment }) => comment);
  }

  #insert(entry: Waiting): boolean {
    this.#dropStale();
    if (entry.staleAtMs <= this.#clock.nowMs()) return this.#drop(entry, 'stale');
    const at = this.#waiting.findIndex((other) => this.#isBefore(entry, other));
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, entry);
    const { maxPerAuthor, maxWaiting } = this.#settings;
    const own = this.#waiting.filter(({ comment }) => isSameAuthor(comment, entry.comment));
    const excess = own.length > maxPerAuthor ? own.at(-1) : undefined;
    if (excess !== undefined) this.#remove(excess, 'flood');
    const last = this.#waiting.length > maxWaiting ? this.#waiting.at(-1) : undefined;
    if (last !== undefined) this.#remove(last, 'full');
    return this.#waiting.includes(entry);
  }

  #isBefore(one: Waiting, other: Waiting): boolean {
    if (one.priority !== other.priority) return one.priority > other.priority;
    return this.#settings.order === 'newest' ? one.order > other.order : one.order < other.order;
  }

  #dropStale(): void {
    const nowMs = this.#clock.nowMs();
    this.#keep(({ staleAtMs }) => staleAtMs > nowMs, 'stale');
  }

  #keep(isKept: (entry: Waiting) => boolean, reason: QueueDrop): void {
    const gone = this.#waiting.filter((entry) => !isKept(entry));
    if (gone.length === 0) return;
    this.#waiting = this.#waiting.filter(isKept);
    for (const entry of gone) this.#drop(entry, reason);
  }

  #remove(entry: Waiting, reason: QueueDrop): void {
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    this.#drop(entry, reason);
  }

  #drop({ comment }: Waiting, reason: QueueDrop): false {
    this.#onDropped(comment, reason);
    return false;
  }
}

function isSameAuthor(one: Comment, other: Comment): boolean {
  return one.source === other.source && authorKey(one) === authorKey(other);
}

export function isRemoved(comment: Comment, source: string, { ids = [], authorId, isAll }: Removal): boolean {
  if (comment.source !== source) return false;
  return (
    isAll === true || ids.includes(comment.id) || (authorId !== undefined && comment.author.id === authorId)
  );
}
