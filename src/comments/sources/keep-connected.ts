import { type Clock, errorText, type Random, sleep } from '../../runtime/index.js';
import type { SourceListener } from '../source.js';

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;
/** A wait is drawn from [1 - JITTER, 1] of its nominal length, so that many who lost the same server do not come back together. */
const JITTER = 0.3;
/** A connection that bore so long was good: the next wait is the first again. */
const GOOD_MS = 30_000;

/** Nothing that the source can do will help. */
export class HopelessError extends Error {}

/** It is over for now, and is to be tried again after so long rather than after the usual wait. */
export class LaterError extends Error {
  readonly delayMs: number;

  constructor(message: string, delayMs: number) {
    super(message);
    this.delayMs = delayMs;
  }
}

export interface KeepOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly listener: Pick<SourceListener, 'onConnected' | 'onLost' | 'onFailed'>;
  readonly signal: AbortSignal;
}

/**
 * Connects anew for ever, with waits that double from 1 s to 30 s.
 *
 * @param connect - resolves or rejects when the connection has ended; calls `onReady` when the chat is heard.
 * @returns when the signal has fired, or when it is hopeless; never rejects.
 */
export async function keepConnected(
  { clock, random, listener, signal }: KeepOptions,
  connect: (onReady: () => void) => Promise<void>,
): Promise<void> {
  let failures = 0;
  let isTold = false;
  while (!signal.aborted) {
    let readyMs: number | undefined;
    let reason: unknown = new Error('the connection was closed');
    try {
      await connect(() => {
        if (signal.aborted || readyMs !== undefined) return;
        readyMs = clock.nowMs();
        isTold = false;
        listener.onConnected();
      });
    } catch (error) {
      reason = error;
    }
    if (signal.aborted) return;
    if (reason instanceof HopelessError) return listener.onFailed(reason.message);
    if (!isTold) listener.onLost(errorText(reason));
    isTold = true;
    if (readyMs !== undefined && clock.nowMs() - readyMs >= GOOD_MS) failures = 0;
    const nominalMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10));
    failures += 1;
    const drawnMs = Math.max(FIRST_DELAY_MS, nominalMs * (1 - JITTER * random()));
    await sleep(clock, reason instanceof LaterError ? reason.delayMs : drawnMs, signal).catch(() => {});
  }
}
