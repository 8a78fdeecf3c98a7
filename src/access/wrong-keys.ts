import type { Clock } from '../runtime/index.js';
import { tooMuch } from './access-refusal.js';
import { networkOf } from './limits.js';
import { RecentTable } from './recent-table.js';

interface Tries {
  count: number;
  lastMs: number;
  blockedUntilMs: number;
}

/** Typing errors. */
const FREE_TRIES = 5;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 300_000;
const FORGOTTEN_AFTER_MS = 900_000;
const MAX_ADDRESSES = 10_000;

/**
 * Makes guessing slow: after five wrong keys an address waits 1 s, 2 s, 4 s … up to five minutes for its next try. A right key, or a
 * quarter of an hour without tries, makes it good. Keys that are known already do not come here, so that nobody behind the same address
 * is locked out by a guesser.
 */
export class WrongKeys {
  readonly #clock: Clock;
  readonly #tries = new RecentTable<Tries>(MAX_ADDRESSES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a try as wrong before it is looked at, so that many at the same moment do not pass together.
   *
   * @returns How many there are now.
   * @throws {AccessRefusal} 429 - it is not this address's time yet; the try does not count.
   */
  begin(address: string): number {
    const nowMs = this.#clock.nowMs();
    const network = networkOf(address);
    const before = this.#tries.get(network);
    const isFresh = before === undefined || nowMs - before.lastMs >= FORGOTTEN_AFTER_MS;
    const tries = isFresh ? { count: 0, lastMs: nowMs, blockedUntilMs: nowMs } : before;
    if (nowMs < tries.blockedUntilMs) throw tooMuch('Too many wrong keys', tries.blockedUntilMs - nowMs);
    tries.count++;
    tries.lastMs = nowMs;
    const over = tries.count - FREE_TRIES;
    if (over >= 0) tries.blockedUntilMs = nowMs + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** over);
    this.#tries.set(network, tries);
    return tries.count;
  }

  wasRight(address: string): void {
    this.#tries.delete(networkOf(address));
  }

  clear(): void {
    this.#tries.clear();
  }
}
