import type { RunningProgram } from './program-host.js';

/** A program whose spawn threw, as one that tells so by its `error` event. Every listener hears it, however late it comes. */
export class NeverStarted implements RunningProgram {
  readonly pid = undefined;
  readonly stdin = null;
  readonly stdout = null;
  readonly stderr = null;
  readonly #error: Error;

  constructor(error: Error) {
    this.#error = error;
  }

  kill(): boolean {
    return false;
  }

  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(
    event: 'error' | 'close',
    listener: ((error: Error) => void) & ((code: number | null, signal: NodeJS.Signals | null) => void),
  ): this {
    if (event === 'error') queueMicrotask(() => listener(this.#error));
    return this;
  }
}
