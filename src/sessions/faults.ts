import type { Caller } from '../access/index.js';
import { BridgeError, errorText, type Logger, ProviderError } from '../runtime/index.js';

const MAX_CAUSES = 8;
/** Of engines of the user's own, which throw anything. */
const ENGINE_CODES = new Set<string>(['BRIDGE_ERR_LLM_FAILED', 'BRIDGE_ERR_SPEECH_FAILED']);

/**
 * What callers are told of faults of engines. Where an engine is, what its vendor said and how it is set up is for operators and the log;
 * others learn that it failed, with the code and whether trying again may help.
 */
export class Faults {
  readonly #logger: Logger;
  /** Of one fault several events tell. */
  readonly #logged = new WeakSet<BridgeError>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns the error itself, when this caller may know it. */
  toldTo<E>(caller: Caller, error: E): E | BridgeError {
    const fault = engineFault(error);
    if (fault === undefined) return error;
    this.#log(caller, fault, errorText(error));
    const { code, retryable } = fault;
    if (caller.role === 'operator') return error;
    return new ProviderError(
      code,
      'An engine of this server failed; its operator finds the reason in the log',
      { provider: '', retryable },
    );
  }

  #log({ label }: Caller, fault: BridgeError, reason: string): void {
    if (this.#logged.has(fault)) return;
    this.#logged.add(fault);
    const engine = fault instanceof ProviderError ? fault.provider : undefined;
    this.#logger.warn({ caller: label, engine, code: fault.code, reason }, 'An engine failed');
  }
}

function engineFault(error: unknown): BridgeError | undefined {
  let cause = error;
  for (let at = 0; at < MAX_CAUSES && cause instanceof Error; at++) {
    if (cause instanceof ProviderError) return cause;
    if (cause instanceof BridgeError && ENGINE_CODES.has(cause.code)) return cause;
    ({ cause } = cause);
  }
  return undefined;
}
