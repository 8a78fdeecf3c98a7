import type { History } from '../dialogue/index.js';
import type { Clock } from '../runtime/index.js';

export interface ContextsOptions {
  readonly clock: Clock;
  /** In all; the one that was quiet longest is forgotten for a new one. */
  readonly max: number;
  /** Forgotten when nobody asked for it for so long, milliseconds. */
  readonly idleMs: number;
}

interface Kept {
  readonly history: History;
  atMs: number;
}

/** What was said, by caller and context: a name that somebody else uses opens nothing. */
export class Contexts {
  readonly #options: ContextsOptions;
  /** Those used last stand last. */
  readonly #kept = new Map<string, Kept>();

  constructor(options: ContextsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  find(caller: string, context: string): History | undefined {
    const key = keyOf(caller, context);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (this.#isOld(kept)) {
      this.#kept.delete(key);
      return undefined;
    }
    this.#touch(key, kept);
    return kept.history;
  }

  keep(caller: string, context: string, history: History): void {
    this.#touch(keyOf(caller, context), { history, atMs: 0 });
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= this.#options.max) return;
      this.#kept.delete(key);
    }
  }

  forget(caller: string, context: string): void {
    this.#kept.delete(keyOf(caller, context));
  }

  /** What is too old goes. */
  sweep(): void {
    for (const [key, kept] of this.#kept) {
      if (!this.#isOld(kept)) return;
      this.#kept.delete(key);
    }
  }

  #touch(key: string, kept: Kept): void {
    kept.atMs = this.#options.clock.nowMs();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
  }

  #isOld({ atMs }: Kept): boolean {
    return this.#options.clock.nowMs() - atMs > this.#options.idleMs;
  }
}

/** Contexts hold no control characters. */
function keyOf(caller: string, context: string): string {
  return `${caller}\n${context}`;
}
