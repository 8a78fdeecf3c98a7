import type { Clock, Random, Timer } from '../runtime/index.js';

export interface OutboxOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Over WebSocket the peer sends only when nothing was readable for 10 ms [peer-facts 7]. */
  readonly waitsForSilence: boolean;
  readonly deliver: (bytes: Uint8Array) => void;
  readonly onOverflow: () => void;
}

/** Over TCP: socket thread to wire. Fitted to D = 31 ms at 60 fps. */
const TCP_DELAY_MS = 3;
const POLL_MS = 10;
/** The real one has no bound; this one forgets the oldest beyond 4 MiB and says so. */
const CAP_BYTES = 4 * 1024 * 1024;

/**
 * What one connection is still to be sent.
 *
 * The starved WebSocket case: frames arriving every 10 ms or less hold the output back; at 5–9 ms a lucky poll still gets
 * through now and then (chance fitted to the measured 62–821 ms), at 2 ms never.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lines: Uint8Array[] = [];
  #bytes = 0;
  #timer: Timer | undefined;
  #lastReadMs: number;
  #starvedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#lastReadMs = options.clock.nowMs();
  }

  push(line: Uint8Array): void {
    this.#lines.push(line);
    this.#bytes += line.length;
    while (this.#bytes > CAP_BYTES && this.#lines.length > 1) {
      this.#bytes -= this.#lines.shift()?.length ?? 0;
      this.#options.onOverflow();
    }
    this.#arm();
  }

  /** Bytes were just read from this connection. */
  noteRead(): void {
    const nowMs = this.#options.clock.nowMs();
    const gapMs = nowMs - this.#lastReadMs;
    this.#lastReadMs = nowMs;
    if (!this.#options.waitsForSilence || this.#lines.length === 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const luck = gapMs >= 7 ? 0.04 : gapMs >= 4 ? 0.01 : 0;
    if (luck > 0 && nowMs >= this.#starvedUntilMs && this.#options.random() < luck) this.#flush();
    this.#arm();
  }

  /** Sends nothing for `durationMs`. */
  starve(durationMs: number): void {
    this.#starvedUntilMs = this.#options.clock.nowMs() + durationMs;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#arm();
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#lines.length = 0;
    this.#bytes = 0;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#lines.length === 0) return;
    const nowMs = this.#options.clock.nowMs();
    const dueMs = Math.max(
      this.#options.waitsForSilence ? this.#nextPollMs(nowMs) : nowMs + TCP_DELAY_MS,
      this.#starvedUntilMs,
    );
    this.#timer = this.#options.clock.after(dueMs - nowMs, () => {
      this.#timer = undefined;
      this.#flush();
    });
  }

  #nextPollMs(nowMs: number): number {
    const polls = Math.max(1, Math.ceil((nowMs - this.#lastReadMs) / POLL_MS));
    return this.#lastReadMs + polls * POLL_MS;
  }

  #flush(): void {
    const lines = this.#lines.splice(0);
    this.#bytes = 0;
    for (const line of lines) this.#options.deliver(line);
  }
}
