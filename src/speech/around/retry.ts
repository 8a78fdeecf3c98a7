import { type Clock, isAbortError, ProviderError, type Random, sleep } from '../../runtime/index.js';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Tries after the first. @default 2 */
  readonly retries?: number;
  /** Before the first retry; doubles with each. @default 250 */
  readonly firstDelayMs?: number;
  /** The longest anybody waits; a provider that asks for more is given up. @default 4000 */
  readonly maxDelayMs?: number;
  readonly onRetry?: (error: unknown, delayMs: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries again what failed and may succeed later.
 *
 * Waits half to all of a delay that doubles (so that many who failed together do not come back together), or as long as the
 * provider asks. A provider that asks for more than the longest delay is not waited for: somebody is listening.
 *
 * @throws what `attempt` threw last; the reason of the signal.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, retries = 2, firstDelayMs = 250, maxDelayMs = 4000, onRetry, signal } = options;
  for (let tries = 0; ; tries++) {
    try {
      signal?.throwIfAborted();
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (tries >= retries || !isRetryable(error)) throw error;
      const backoffMs = Math.min(maxDelayMs, firstDelayMs * 2 ** tries) * (0.5 + random() / 2);
      const delayMs = Math.max(backoffMs, error.retryAfterMs ?? 0);
      if (delayMs > maxDelayMs) throw error;
      onRetry?.(error, delayMs);
      await sleep(clock, delayMs, signal);
    }
  }
}

function isRetryable(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.retryable && !isAbortError(error);
}
