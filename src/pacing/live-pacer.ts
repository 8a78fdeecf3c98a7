import {
  BYTES_PER_MS,
  encodeSoundMode,
  MAX_SOUND_FRAME_BYTES,
  type SoundMode,
  UNIT_BYTES,
  UNIT_MS,
} from '../protocol/index.js';
import { PauseDetector } from './pause-detector.js';
import { PcmQueue } from './pcm-queue.js';
import type { PlayoutClock } from './playout-clock.js';
import type { Paced } from './scheduler.js';
import type { SoundOutlet } from './sound-outlet.js';

export interface LivePacerOptions {
  readonly outlet: SoundOutlet;
  readonly playout: PlayoutClock;
  readonly mode: SoundMode;
  /** Silence put before the source, milliseconds: absorbs the source's jitter. */
  readonly leadMs: number;
  /** Sound beyond `leadMs + maxLagMs` that the peer would hold is thrown away. @default 80 */
  readonly maxLagMs?: number;
  readonly nowMs: () => number;
  readonly wake: () => void;
  readonly onSent: () => void;
}

/** The peer's buffer counts as empty this long after the playout clock says so: covers clock drift since the last time. */
const DRY_MARGIN_MS = 60;
/** Clocks that differ by 200 ppm part by 2 ms in this time: no need to start afresh more often. */
const RESTART_EVERY_MS = 10_000;
const CLOSING_SILENCE_MS = 240;
const QUEUE_MS = 1000;

type LiveState =
  | { readonly status: 'priming' }
  | { readonly status: 'running'; readonly sinceMs: number }
  /** In a pause of the source, nothing is sent until the peer's buffer must be empty. */
  | { readonly status: 'emptying' };

/**
 * Passes sound through that cannot run ahead: a microphone, another program.
 *
 * | state    | sound comes                                   | a pause is heard            | buffer must be empty |
 * |----------|-----------------------------------------------|-----------------------------|----------------------|
 * | priming  | lead as silence, then this unit → running      |                             |                      |
 * | running  | leaves as it comes; too much lag: dropped      | every 10 s or more → emptying | → priming (underrun) |
 * | emptying | quiet: dropped; speech: silence up to the lead → running | | → priming |
 *
 * The source's clock, ours and the sound device's differ by up to some hundred ppm, and the peer reports nothing. Starting
 * afresh in pauses, where nobody hears it, keeps that from ever adding up to lag or to gaps inside speech.
 */
export class LivePacer implements Paced {
  readonly #options: LivePacerOptions;
  readonly #maxLagMs: number;
  readonly #queue = new PcmQueue(QUEUE_MS * BYTES_PER_MS);
  readonly #pauses = new PauseDetector();
  #state: LiveState = { status: 'priming' };
  #dueMs = Number.POSITIVE_INFINITY;
  #isModeSent = false;
  #isStarted = false;
  #isEnded = false;
  #isDone = false;
  #silenceLeftBytes = 0;
  #droppedBytes = 0;

  constructor(options: LivePacerOptions) {
    this.#options = options;
    this.#maxLagMs = options.maxLagMs ?? 80;
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  get queuedBytes(): number {
    return this.#queue.byteLength;
  }

  /** Sound thrown away to bound the lag, and in pauses to empty the buffer: milliseconds. */
  get droppedMs(): number {
    return this.#droppedBytes / BYTES_PER_MS;
  }

  /** Takes any sound; what waits longer than a second is dropped, oldest first: late live sound is worth nothing. */
  push(pcm: Uint8Array): boolean {
    const newest = pcm.byteLength > QUEUE_MS * BYTES_PER_MS ? pcm.subarray(-QUEUE_MS * BYTES_PER_MS) : pcm;
    const excess = newest.byteLength - this.#queue.roomBytes;
    if (excess > 0) this.#drop(excess + (excess % 2));
    this.#queue.push(newest);
    if (this.#isStarted) this.poke();
    return true;
  }

  get roomBytes(): number {
    return this.#queue.roomBytes;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#silenceLeftBytes = CLOSING_SILENCE_MS * BYTES_PER_MS;
    if (this.#isStarted) this.poke();
  }

  start(atMs: number): void {
    this.#isStarted = true;
    this.#dueMs = atMs;
    this.#options.wake();
  }

  poke(): void {
    if (!this.#isStarted || this.#isDone || this.#dueMs !== Number.POSITIVE_INFINITY) return;
    this.#dueMs = this.#options.nowMs();
    this.#options.wake();
  }

  stop(): void {
    this.#isDone = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#queue.clear();
  }

  run(nowMs: number): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    const { outlet, mode } = this.#options;
    if (this.#isDone || !outlet.isClear) return;
    if (!this.#isModeSent) {
      if (this.#queue.byteLength < UNIT_BYTES && !this.#isEnded) return;
      this.#isModeSent = outlet.sendVerb(encodeSoundMode(mode));
      if (!this.#isModeSent) return;
    }
    if (this.#queue.byteLength < UNIT_BYTES) {
      if (this.#isEnded) this.#close(nowMs);
      return;
    }
    this.#pass(nowMs);
    // More than fits one frame waits: it leaves at the rate the peer bears.
    if (this.#queue.byteLength >= UNIT_BYTES && !this.#isDone) this.#dueMs = nowMs + UNIT_MS;
    else if (this.#isEnded) this.#dueMs = nowMs + UNIT_MS;
  }

  #pass(nowMs: number): void {
    const { outlet, playout, leadMs } = this.#options;
    if (this.#state.status === 'running' && playout.isDry(nowMs)) this.#state = { status: 'priming' };
    if (this.#state.status === 'emptying' && nowMs >= playout.endsAtMs + DRY_MARGIN_MS)
      this.#state = { status: 'priming' };
    const isPause = this.#pauses.isPauseAt(this.#queue, UNIT_BYTES);
    if (this.#state.status === 'emptying') {
      if (isPause) {
        this.#drop(UNIT_BYTES);
        return;
      }
      this.#state = { status: 'priming' };
    }
    if (this.#state.status === 'priming') {
      if (!this.#prime(nowMs)) return;
      this.#state = { status: 'running', sinceMs: nowMs };
    }
    if (isPause && this.#state.status === 'running' && nowMs - this.#state.sinceMs >= RESTART_EVERY_MS) {
      this.#state = { status: 'emptying' };
      this.#drop(UNIT_BYTES);
      return;
    }
    if (playout.bufferedMs(nowMs) > leadMs + this.#maxLagMs) {
      this.#drop(UNIT_BYTES);
      return;
    }
    const size = this.#queue.byteLength >= MAX_SOUND_FRAME_BYTES ? MAX_SOUND_FRAME_BYTES : UNIT_BYTES;
    outlet.send(this.#queue, size, 0, nowMs);
  }

  /** Silence until the peer holds the lead; false when the link took only a part. */
  #prime(nowMs: number): boolean {
    const { outlet, playout, leadMs } = this.#options;
    for (;;) {
      const missingBytes = Math.round((leadMs - playout.bufferedMs(nowMs)) * (BYTES_PER_MS / 2)) * 2;
      if (missingBytes <= 0) return true;
      if (!outlet.send(this.#queue, 0, Math.min(missingBytes, MAX_SOUND_FRAME_BYTES), nowMs)) return false;
    }
  }

  /** After the end: the last part of a unit, then silence that closes the mouth. */
  #close(nowMs: number): void {
    const { outlet, onSent } = this.#options;
    const rest = this.#queue.byteLength - (this.#queue.byteLength % 2);
    if (rest > 0 || this.#silenceLeftBytes > 0) {
      const zeros = Math.min(UNIT_BYTES - rest, this.#silenceLeftBytes + (UNIT_BYTES - rest));
      if (!outlet.send(this.#queue, rest, zeros, nowMs)) return;
      this.#silenceLeftBytes -= UNIT_BYTES;
      this.#dueMs = nowMs + UNIT_MS;
      return;
    }
    this.#isDone = true;
    onSent();
  }

  #drop(byteLength: number): void {
    this.#options.outlet.skip(this.#queue, byteLength);
    this.#droppedBytes += byteLength;
  }
}
