/** Event names to argument tuples. */
export type EventMap<T> = { [K in keyof T]: unknown[] };

type Listener = (...args: unknown[]) => void;

/**
 * A typed, synchronous event source in which a listener that throws harms nobody else.
 *
 * Node's EventEmitter lets one bad listener break the emitting loop and gives `error` a special meaning;
 * the pacing loop and the links must survive both, so this is smaller on purpose. Works in browsers too.
 */
export class Emitter<Events extends EventMap<Events>> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();
  #onListenerError: (error: unknown) => void = () => {};

  /** Where errors thrown by listeners go; by default they are dropped. */
  set onListenerError(report: (error: unknown) => void) {
    this.#onListenerError = report;
  }

  /** Returns a function that removes the listener again. */
  on<K extends keyof Events>(name: K, listener: (...args: Events[K]) => void): () => void {
    let set = this.#listeners.get(name);
    if (set === undefined) {
      set = new Set();
      this.#listeners.set(name, set);
    }
    const entry = listener as unknown as Listener;
    set.add(entry);
    return () => {
      set.delete(entry);
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
    const set = this.#listeners.get(name);
    if (set === undefined) return;
    for (const listener of [...set]) {
      try {
        listener(...args);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  listenerCount(name: keyof Events): number {
    return this.#listeners.get(name)?.size ?? 0;
  }

  removeAllListeners(): void {
    this.#listeners.clear();
  }
}
