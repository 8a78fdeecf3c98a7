import type { BridgeClient } from '../client/index.js';
import type { Clock } from '../runtime/index.js';

/** A message of the daemon's is under way for so long at least; receipts that were quicker than others tell the clocks apart. */
const KEPT_RECEIPTS = 32;

/**
 * What of one stream is heard now, as the daemon tells it: a position ten times a second and when the first sample is heard.
 *
 * The daemon's own times are used, so a busy client does not take its own lateness for a stall of the sound.
 */
export class HeardPosition {
  readonly #clock: Clock;
  readonly #off: () => void;
  readonly #differencesMs: number[] = [];
  /** Daemon's time at which position 0 would have been heard, had the sound always run on as it does now. */
  #originAtMs: number | undefined;
  #onMoved: () => void = () => {};

  constructor(client: Pick<BridgeClient, 'events'>, stream: number, clock: Clock) {
    this.#clock = clock;
    const offStarted = client.events.on('streamStarted', (event) => {
      if (event.stream === stream) this.#moved(event.heardAtMs, event.atMs);
    });
    const offPosition = client.events.on('streamPosition', (event) => {
      if (event.stream === stream) this.#moved(event.atMs - event.heardMs, event.atMs);
    });
    this.#off = () => {
      offStarted();
      offPosition();
    };
  }

  /** The daemon has told something. */
  set onMoved(listener: () => void) {
    this.#onMoved = listener;
  }

  /** When position 0 was heard, or would have been, on the daemon's clock; rises when the sound stood still. */
  get originMs(): number | undefined {
    return this.#originAtMs;
  }

  /** Milliseconds of the stream that are heard now, negative shortly before the first; undefined while nobody knows. */
  get nowMs(): number | undefined {
    const daemonMs = this.daemonNowMs;
    return daemonMs === undefined || this.#originAtMs === undefined ? undefined : daemonMs - this.#originAtMs;
  }

  /** The daemon's wall clock now; undefined before it has told anything. */
  get daemonNowMs(): number | undefined {
    return this.#originAtMs === undefined ? undefined : this.#clock.wallMs() - this.#differenceMs;
  }

  close(): void {
    this.#off();
  }

  get #differenceMs(): number {
    return Math.min(...this.#differencesMs);
  }

  #moved(originAtMs: number, sentAtMs: number): void {
    this.#originAtMs = originAtMs;
    this.#differencesMs.push(this.#clock.wallMs() - sentAtMs);
    if (this.#differencesMs.length > KEPT_RECEIPTS) this.#differencesMs.shift();
    this.#onMoved();
  }
}
