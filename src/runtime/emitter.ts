/** Event names to argument tuples. */
export type EventMap<T> = { [K in keyof T]: unknown[] };

/** One subscription: a function that listens twice has two, removed one at a time. */
interface Subscription {
  readonly listener: Listener;
}

/** What it returns is looked at for a promise only: nobody else would hear that it rejects. */
type Listener = (...args: unknown[]) => unknown;

const NONE: readonly Subscription[] = [];

/**
 * A typed, synchronous event source in which a listener that throws, or is async and rejects, harms nobody else.
 *
 * Node's EventEmitter lets one bad listener break the emitting loop and gives `error` a special meaning;
 * the pacing loop and the links must survive both, so this is smaller on purpose. Works in browsers too.
 */
export class Emitter<Events extends EventMap<Events>> {
  /** Arrays are replaced, never changed: an emit in progress walks the one it began with. */
  readonly #listeners = new Map<keyof Events, readonly Subscription[]>();
  #onListenerError: (error: unknown) => void = () => {};

  /** Where errors of listeners go, also of async ones; by default they are dropped. Must not throw. */
  set onListenerError(report: (error: unknown) => void) {
    this.#onListenerError = report;
  }

  /** Returns a function that removes the listener again; idempotent. */
  on<K extends keyof Events>(name: K, listener: (...args: Events[K]) => void): () => void {
    const entry: Subscription = { listener: listener as unknown as Listener };
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? NONE), entry]);
    return () => {
      const left = (this.#listeners.get(name) ?? NONE).filter((candidate) => candidate !== entry);
      if (left.length === 0) this.#listeners.delete(name);
      else this.#listeners.set(name, left);
    };
  }

  once<K extends keyof Events>(name: K, listener: (...args: Events[K]) => void): () => void {
    const off = this.on(name, (...args) => {
      off();
      listener(...args);
    });
    return off;
  }

  emit<K extends keyof Events>(name: K, ...args: Events[K]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const entry of listeners) {
      try {
        const returned = entry.listener(...args);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#onListenerError(error));
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  listenerCount(name: keyof Events): number {
    return this.#listeners.get(name)?.length ?? 0;
  }

  removeAllListeners(): void {
    this.#listeners.clear();
  }
}
