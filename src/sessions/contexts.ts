import { randomUUID } from 'node:crypto';
import type { History } from '../dialogue/index.js';
import type { Clock } from '../runtime/index.js';

/** What was said under one name. Sessions of its caller that go on with it hold the same one. */
export class Context {
  /** Another one after it was forgotten. */
  name: string = randomUUID();
  /** Undefined: nothing was said yet. */
  history: History | undefined;
  /** How often it was forgotten: what a conversation writes down belongs to the time when it began. */
  forgotten = 0;
  /** Where disk and long-term memory have what was said, by the ids of kept sessions: as many as conversations were opened and used. */
  readonly kept = new Map<string, KeptUnder>();
}

/** Of whom and where a kept session is. */
export interface KeptUnder {
  readonly user: string;
  readonly persona: string | undefined;
}

export interface ContextsOptions {
  readonly clock: Clock;
  /** In all; the one that was quiet longest is forgotten for a new one. */
  readonly max: number;
  /** Forgotten when nobody asked for it for so long, milliseconds. */
  readonly idleMs: number;
}

interface Found {
  readonly context: Context;
  atMs: number;
}

/** What was said, by caller and name: a name that somebody else uses opens nothing. */
export class Contexts {
  readonly #options: ContextsOptions;
  /** Those used last stand last. */
  readonly #found = new Map<string, Found>();

  constructor(options: ContextsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#found.size;
  }

  find(caller: string, name: string): Context | undefined {
    const key = keyOf(caller, name);
    const found = this.#found.get(key);
    if (found === undefined) return undefined;
    if (this.#isOld(found)) {
      this.#found.delete(key);
      return undefined;
    }
    this.#touch(key, found);
    return found.context;
  }

  /** It is found under its name from now on; also for one that is found already: it is used. */
  keep(caller: string, context: Context): void {
    this.#touch(keyOf(caller, context.name), { context, atMs: 0 });
    for (const key of this.#found.keys()) {
      if (this.#found.size <= this.#options.max) return;
      this.#found.delete(key);
    }
  }

  /** Under its old name nothing is found any more. */
  rename(caller: string, context: Context): void {
    this.#found.delete(keyOf(caller, context.name));
    context.name = randomUUID();
    if (context.history !== undefined) this.keep(caller, context);
  }

  /** What is too old goes. */
  sweep(): void {
    for (const [key, found] of this.#found) {
      if (!this.#isOld(found)) return;
      this.#found.delete(key);
    }
  }

  #touch(key: string, found: Found): void {
    found.atMs = this.#options.clock.nowMs();
    this.#found.delete(key);
    this.#found.set(key, found);
  }

  #isOld({ atMs }: Found): boolean {
    return this.#options.clock.nowMs() - atMs > this.#options.idleMs;
  }
}

/** Contexts hold no control characters. */
function keyOf(caller: string, name: string): string {
  return `${caller}\n${name}`;
}
