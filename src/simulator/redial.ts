import { type Clock, isAbortError, sleep } from '../runtime/index.js';

/** How one attempt to connect went; `ended` resolves when the connection is over. */
export type DialResult =
  | { readonly kind: 'connected'; readonly ended: Promise<void> }
  | { readonly kind: 'refused' }
  /** 429 with exactly the reason phrase `Too Many Requests`. */
  | { readonly kind: 'too-many-requests' };

export interface RedialOptions {
  readonly clock: Clock;
  /** Further tries after a failed one (`RetryCount`), >= 0. */
  readonly retryCount: number;
  /** @param suffix - '' or `-1`, `-1-2`, … to append to the path. */
  readonly dial: (suffix: string) => Promise<DialResult>;
  /** Whether the program lives and its remote thread runs. */
  readonly isAlive: () => boolean;
  readonly signal: AbortSignal;
}

const RETRY_MS = 500;
const RENAME_MS = 200;
/** A surviving peer is back this soon [peer-facts 1: 8–35 ms]. */
const RECONNECT_MS = 20;

/**
 * The peer's dialling thread [peer-facts 1]: after a failure RetryCount more tries 0.5 s apart, then never again; a busy answer
 * makes it try another path after 0.2 s; after a connection it starts over with a full count.
 *
 * @returns `gave-up` when no try is left, `ended` when the program died, hangs or the signal fired.
 */
export async function redial(options: RedialOptions): Promise<'gave-up' | 'ended'> {
  const { clock, signal } = options;
  let triesLeft = options.retryCount;
  let suffix = '';
  let renames = 0;
  try {
    while (options.isAlive() && !signal.aborted) {
      const result = await options.dial(suffix);
      if (result.kind === 'connected') {
        await result.ended;
        triesLeft = options.retryCount;
        if (options.isAlive()) await sleep(clock, RECONNECT_MS, signal);
        continue;
      }
      if (triesLeft-- <= 0) return 'gave-up';
      if (result.kind === 'too-many-requests') suffix += `-${++renames}`;
      await sleep(clock, result.kind === 'too-many-requests' ? RENAME_MS : RETRY_MS, signal);
    }
  } catch (error) {
    if (!isAbortError(error) && !signal.aborted) throw error;
  }
  return 'ended';
}
