import type { Clock } from '../runtime/index.js';
import { authorKey, type Comment } from './comment.js';
import { folded } from './folded.js';

/** Sources repeat what they have sent when they are connected anew; an hour is longer than any of them looks back. */
const IDS_MS = 3_600_000;
const MAX_IDS = 10_000;
const MAX_WORDS = 2000;

/** Remembers comments for a while: which there were, and who said what. */
export class SeenComments {
  readonly #ids: RecentKeys;
  readonly #words: RecentKeys;

  constructor(repeatMs: number, clock: Clock) {
    this.#ids = new RecentKeys(IDS_MS, MAX_IDS, clock);
    this.#words = new RecentKeys(repeatMs, MAX_WORDS, clock);
  }

  /** Whether it was there before; money is taken however often. */
  add(comment: Comment): 'duplicate' | 'repeated' | undefined {
    const { source, id, text, kind } = comment;
    if (this.#ids.add(`${source} ${id}`)) return 'duplicate';
    if (kind !== 'comment') return undefined;
    return this.#words.add(`${source} ${authorKey(comment)} ${folded(text)}`) ? 'repeated' : undefined;
  }
}

/** Keys by when they were last added, the oldest first. */
class RecentKeys {
  readonly #keptMs: number;
  readonly #max: number;
  readonly #clock: Clock;
  readonly #addedMs = new Map<string, number>();

  constructor(keptMs: number, max: number, clock: Clock) {
    this.#keptMs = keptMs;
    this.#max = max;
    this.#clock = clock;
  }

  /** @returns whether it was there. */
  add(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    for (const [old, addedMs] of this.#addedMs) {
      if (nowMs - addedMs < this.#keptMs && this.#addedMs.size < this.#max) break;
      this.#addedMs.delete(old);
    }
    const wasThere = this.#addedMs.delete(key);
    this.#addedMs.set(key, nowMs);
    return wasThere;
  }
}
