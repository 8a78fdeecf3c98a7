import { BYTES_PER_MS } from '../protocol/index.js';

/**
 * What the peer must be playing now, since it reports nothing: no start, no end, no position of streamed sound.
 *
 * Sound that arrives at an empty buffer is heard `latencyMs` later (35-60 ms measured, whatever the chunk size); sound
 * that arrives earlier queues behind what is there. Nothing is ever taken back. `reset` on each new connection, since
 * losing one empties the buffer.
 */
export class PlayoutClock {
  readonly latencyMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;

  /** @param latencyMs - first byte sent to first sample heard, milliseconds. */
  constructor(latencyMs: number) {
    this.latencyMs = latencyMs;
  }

  /** When the last sample sent so far is heard; in the past (or -Infinity) when the peer is silent. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** Whether sound sent at `nowMs` would be heard after a silence. */
  isDry(nowMs: number): boolean {
    return this.#endsAtMs < nowMs + this.latencyMs;
  }

  /** Sound the peer holds that nobody has heard yet, milliseconds, without the latency of the path: 0 when dry. */
  bufferedMs(nowMs: number): number {
    return Math.max(0, this.#endsAtMs - nowMs - this.latencyMs);
  }

  /** When a sample sent at `nowMs` would be heard. */
  heardAtMs(nowMs: number): number {
    return Math.max(this.#endsAtMs, nowMs + this.latencyMs);
  }

  /** A new connection: the peer's buffer is empty. */
  reset(): void {
    this.#endsAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Accounts for `byteLength` bytes sent at `nowMs`; returns when their first sample is heard. */
  sent(byteLength: number, nowMs: number): number {
    const startsAtMs = this.heardAtMs(nowMs);
    this.#endsAtMs = startsAtMs + byteLength / BYTES_PER_MS;
    return startsAtMs;
  }
}

/** Gaps within what the peer can hold are few; older ones are heard and done. */
const MAX_ANCHORS = 256;

interface Anchor {
  readonly positionMs: number;
  readonly heardAtMs: number;
}

/**
 * Maps positions in one stream to the times they are heard, across the gaps that stalls and pauses made.
 *
 * Positions are milliseconds of the stream's own sound: silence put in by the bridge does not count.
 */
export class PositionMap {
  /** In order; the first is the newest already heard, or the oldest kept. A stream without gaps has one. */
  readonly #anchors: Anchor[] = [];

  get isEmpty(): boolean {
    return this.#anchors.length === 0;
  }

  /** Says that the sound from `positionMs` on is heard from `heardAtMs` on. */
  add(positionMs: number, heardAtMs: number): void {
    const last = this.#anchors.at(-1);
    if (last !== undefined) {
      const expectedMs = last.heardAtMs + (positionMs - last.positionMs);
      if (Math.abs(expectedMs - heardAtMs) < 0.5) return;
    }
    this.#anchors.push({ positionMs, heardAtMs });
    // Where nobody asks for positions, an endless stream with gaps would keep every one of them.
    if (this.#anchors.length > MAX_ANCHORS) this.#anchors.shift();
  }

  /** When `positionMs` is heard, going on from the last gap; undefined before anything was sent. */
  heardAtMs(positionMs: number): number | undefined {
    const anchor =
      this.#anchors.findLast((candidate) => candidate.positionMs <= positionMs) ?? this.#anchors[0];
    return anchor === undefined ? undefined : anchor.heardAtMs + (positionMs - anchor.positionMs);
  }

  /** What is heard at `nowMs`: 0 before the start, at most `sentMs`. Forgets gaps that lie in the past. */
  positionMs(nowMs: number, sentMs: number): number {
    while (this.#anchors.length > 1 && (this.#anchors[1]?.heardAtMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      this.#anchors.shift();
    const anchor = this.#anchors[0];
    if (anchor === undefined) return 0;
    const next = this.#anchors[1];
    const limitMs = next === undefined ? sentMs : next.positionMs;
    return Math.max(0, Math.min(anchor.positionMs + (nowMs - anchor.heardAtMs), limitMs));
  }
}
