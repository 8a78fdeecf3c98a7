import { orAborted, ProviderError, type Timer } from '../runtime/index.js';
import type { ExchangeOptions } from './exchange.js';
import { stalledFault } from './provider-fault.js';

/** Made once: the trace of a new one costs more than the rest of ending an exchange, and nobody is told this reason. */
const OVER = new DOMException('The exchange is over', 'AbortError');

/** Everything that can end an exchange, brought to one signal. */
export class Ending {
  readonly #controller = new AbortController();
  readonly #options: ExchangeOptions;
  readonly #aborts: readonly AbortSignal[];
  readonly #onAbort = (): void => this.#controller.abort(this.#abortReason());
  #fault: ProviderError | undefined;
  #isClosed = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#aborts = [options.signal, options.closing].filter((signal) => signal !== undefined);
    for (const signal of this.#aborts) signal.throwIfAborted();
    for (const signal of this.#aborts) signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get isAborted(): boolean {
    return this.#aborts.some(({ aborted }) => aborted);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for `step`, at most `limitMs`. */
  async within<T>(limitMs: number, hasAnswered: boolean, step: () => Promise<T>): Promise<T> {
    const timer: Timer = this.#options.clock.after(limitMs, () => {
      this.#fault = stalledFault(this.#options.face, limitMs, hasAnswered);
      this.#controller.abort(this.#fault);
    });
    try {
      return await orAborted(step(), this.#controller.signal);
    } finally {
      timer.cancel();
    }
  }

  /** What the caller is told: their own abort, the watchdog's fault, an error that is already ours, or what `otherwise` says. */
  reasonOf(error: unknown, otherwise: (error: unknown) => ProviderError): unknown {
    if (this.isAborted) return this.#abortReason();
    if (this.#fault !== undefined) return this.#fault;
    if (error instanceof ProviderError || this.#isClosed) return error;
    return otherwise(error);
  }

  close(): void {
    this.#isClosed = true;
    for (const signal of this.#aborts) signal.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(OVER);
  }

  #abortReason(): unknown {
    return this.#aborts.find(({ aborted }) => aborted)?.reason;
  }
}
