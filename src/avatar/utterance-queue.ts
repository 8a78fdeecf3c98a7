import type { PlayoutClock } from '../pacing/index.js';
import type { PeerMessage } from '../protocol/index.js';
import { type BridgeError, type Clock, RequestError, type Timer } from '../runtime/index.js';
import type { PeerSession } from './peer-session.js';
import type { Utterance } from './utterance.js';

export interface UtteranceQueueOptions {
  readonly lane: string;
  readonly clock: Clock;
  readonly playout: PlayoutClock;
  /** The connection of the moment. */
  readonly session: () => PeerSession | undefined;
  readonly notReady: (model: string, waitedMs: number) => BridgeError;
}

const MAX_UTTERANCES = 100;

/**
 * What one avatar has to say, one after another: bounded, refusing when full.
 *
 * The first waiting utterance begins when a peer with its model can take sound and those before it have left: at once
 * behind recorded sound of the same model and mouth, after the last sample otherwise, since model and mouth belong to
 * all that the peer plays. Every utterance ends in exactly one `ended`.
 */
export class UtteranceQueue {
  readonly #options: UtteranceQueueOptions;
  readonly #utterances: Utterance[] = [];
  readonly #waits = new Map<Utterance, Timer>();
  #turnTimer: Timer | undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(options: UtteranceQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#utterances.length;
  }

  /** @throws {RequestError} BRIDGE_ERR_LANE_BUSY, BRIDGE_ERR_QUEUE_FULL */
  add(utterance: Utterance, ifBusy: 'queue' | 'interrupt' | 'fail', readyTimeoutMs: number): void {
    const { lane } = this.#options;
    if (this.#utterances.length > 0 && ifBusy === 'fail') {
      throw new RequestError('BRIDGE_ERR_LANE_BUSY', `The avatar on lane ${lane} is speaking`, {
        retryable: true,
      });
    }
    if (ifBusy === 'interrupt') this.interrupt();
    if (this.#utterances.length >= MAX_UTTERANCES) {
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${MAX_UTTERANCES} utterances waiting on lane ${lane}`,
        { retryable: true },
      );
    }
    this.#utterances.push(utterance);
    utterance.events.on('sent', () => this.next());
    utterance.events.on('ended', () => this.#ended(utterance));
    if (Number.isFinite(readyTimeoutMs)) this.#watch(utterance, readyTimeoutMs);
    // Not inside the caller's turn: it has yet to subscribe.
    queueMicrotask(() => this.next());
  }

  /** Ends all, the last first, so that none begins in between. */
  interrupt(): void {
    for (const utterance of [...this.#utterances].reverse()) utterance.interrupt();
  }

  /** Whether an utterance that waits needs this model. */
  wants(model: string): boolean {
    return this.#utterances.some((utterance) => utterance.status === 'waiting' && utterance.model === model);
  }

  /** Lets the first waiting utterance speak when its turn has come. */
  next(): void {
    this.#turnTimer?.cancel();
    this.#turnTimer = undefined;
    const session = this.#options.session();
    const next = this.#utterances.find((utterance) => utterance.status === 'waiting');
    if (session === undefined || next === undefined) return;
    session.watchModel(next.model);
    const isFree = this.#utterances.every(
      (other) =>
        other.status === 'waiting' ||
        other.status === 'ended' ||
        (other.mayOverlap && other.model === next.model && next.canJoin(session)),
    );
    if (!isFree || !this.#canSpeak(next.model)) return;
    // Sound of another model (or of an interrupted utterance of it) would move this model's mouth.
    const { clock, playout } = this.#options;
    const leftMs = playout.endsAtMs - clock.nowMs();
    if (leftMs > 0 && !next.canJoin(session)) {
      this.#turnTimer = clock.after(leftMs, () => this.next());
      return;
    }
    next.begin(session);
  }

  clear(): void {
    for (const utterance of this.#utterances) utterance.clear();
  }

  received(message: PeerMessage): void {
    // One that ends here leaves the list; the copy is taken only when there is something to tell.
    if (this.#utterances.length === 0) return;
    for (const utterance of [...this.#utterances]) utterance.received(message);
  }

  /** The connection is gone: what was being said fails, what waits goes on waiting. */
  lost(error: BridgeError): void {
    this.#turnTimer?.cancel();
    this.#turnTimer = undefined;
    for (const utterance of [...this.#utterances]) {
      if (utterance.status !== 'waiting') utterance.fail(error);
    }
  }

  whenEmpty(): Promise<void> {
    if (this.#utterances.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Waiting for an avatar that is not ready is bounded; waiting behind others is not. */
  #watch(utterance: Utterance, timeoutMs: number): void {
    const timer = this.#options.clock.after(timeoutMs, () => {
      this.#waits.delete(utterance);
      if (utterance.status !== 'waiting') return;
      if (this.#canSpeak(utterance.model)) this.#watch(utterance, timeoutMs);
      else utterance.fail(this.#options.notReady(utterance.model, timeoutMs));
    });
    this.#waits.set(utterance, timer);
  }

  #ended(utterance: Utterance): void {
    this.#waits.get(utterance)?.cancel();
    this.#waits.delete(utterance);
    const index = this.#utterances.indexOf(utterance);
    if (index >= 0) this.#utterances.splice(index, 1);
    if (this.#utterances.length === 0) {
      for (const resolve of this.#whenEmpty.splice(0)) resolve();
    }
    this.next();
  }

  #canSpeak(model: string): boolean {
    const { session, clock } = this.#options;
    return session()?.readiness.canTakeSound(model, clock.nowMs()) ?? false;
  }
}
