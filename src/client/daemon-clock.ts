import type { Clock } from '../runtime/index.js';
import type { BridgeClient } from './bridge-client.js';

const ROUND_TRIPS = 5;
/** Clocks that differ by 200 ppm part by 12 ms in this time. */
const REFRESH_MS = 60_000;

/**
 * The daemon's wall clock as this side can know it, for `actAtMs`: from the quickest of a few round trips, so that a daemon on
 * another machine with another idea of the time does not matter. On one machine the error is below a millisecond; across a
 * network at most half the quickest round trip.
 */
export class DaemonClock {
  readonly #client: BridgeClient;
  readonly #clock: Clock;
  /** Daemon's wall clock less our monotonic one. */
  #offsetMs: number;
  #errorMs: number;
  #measuredAtMs: number;
  #isMeasuring = false;

  private constructor(client: BridgeClient, clock: Clock, first: Measured) {
    this.#client = client;
    this.#clock = clock;
    this.#offsetMs = first.offsetMs;
    this.#errorMs = first.roundTripMs / 2;
    this.#measuredAtMs = clock.nowMs();
  }

  /** @throws {BridgeError} BRIDGE_ERR_DAEMON_UNREACHABLE */
  static async measure(client: BridgeClient, clock: Clock): Promise<DaemonClock> {
    return new DaemonClock(client, clock, await measureOffset(client, clock));
  }

  /** How far `daemonMs` may be off, milliseconds. */
  get errorMs(): number {
    return this.#errorMs;
  }

  /** The daemon's wall clock at `nowMs` of this side's clock. Measures again in the background when that is a minute old. */
  daemonMs(nowMs: number): number {
    if (nowMs - this.#measuredAtMs > REFRESH_MS && !this.#isMeasuring) void this.#refresh();
    return nowMs + this.#offsetMs;
  }

  async #refresh(): Promise<void> {
    this.#isMeasuring = true;
    try {
      const { offsetMs, roundTripMs } = await measureOffset(this.#client, this.#clock);
      this.#offsetMs = offsetMs;
      this.#errorMs = roundTripMs / 2;
    } catch {
      // The carrier is lost at the moment: what was measured goes on being the best there is.
    }
    this.#measuredAtMs = this.#clock.nowMs();
    this.#isMeasuring = false;
  }
}

interface Measured {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

async function measureOffset(client: BridgeClient, clock: Clock): Promise<Measured> {
  let best: Measured = { offsetMs: 0, roundTripMs: Number.POSITIVE_INFINITY };
  for (let count = 0; count < ROUND_TRIPS; count++) {
    const askedMs = clock.nowMs();
    const { nowMs } = await client.request('clock', {});
    const answeredMs = clock.nowMs();
    const roundTripMs = answeredMs - askedMs;
    if (roundTripMs < best.roundTripMs) best = { offsetMs: nowMs - (askedMs + answeredMs) / 2, roundTripMs };
  }
  return best;
}
