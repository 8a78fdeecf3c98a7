import type { Clock } from '../runtime/index.js';

/** A promise whose end is told by hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** What `pending` gives, or undefined when it takes longer or rejects: for those who must not be held up by it. */
export function within<T>(clock: Clock, limitMs: number, pending: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = clock.after(limitMs, () => resolve(undefined));
    const settle = (value: T | undefined): void => {
      timer.cancel();
      resolve(value);
    };
    pending.then(settle, () => settle(undefined));
  });
}
