import {
  BLOCK_BYTES,
  BYTES_PER_MS,
  encodeSegmentEnd,
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
  /** When sound comes and more than `leadMs + maxLagMs` is still to be heard, the oldest unsent is thrown away. @default 80 */
  readonly maxLagMs?: number;
  readonly nowMs: () => number;
  readonly wake: () => void;
  readonly onSent: () => void;
  /** Sending threw (an observer did): nothing more will leave. */
  readonly onFailed?: (error: unknown) => void;
}

/** The peer's buffer counts as empty this long after the playout clock says so: covers clock drift since the last time. */
const DRY_MARGIN_MS = 60;
/** Clocks that differ by 200 ppm part by 2 ms in this time: no need to start afresh more often. */
const RESTART_EVERY_MS = 10_000;
/** A pause is this long below the threshold: shorter dips are part of speech. */
const PAUSE_UNITS = 15;
/** Where no pause was long enough to empty the buffer for this long, shorter ones must do. */
const OVERDUE_MS = 60_000;
const OVERDUE_PAUSE_UNITS = 8;
/** In `stream` mode the peer needs silence to close the mouth: 200 ms or more. */
const CLOSING_SILENCE_BYTES = 240 * BYTES_PER_MS;
const QUEUE_BYTES = 1000 * BYTES_PER_MS;
/** Arrivals jitter; the peer bears frames that are this little too close. */
const JITTER_MS = 2;

type LiveState =
  | { readonly status: 'priming' }
  | { readonly status: 'running' }
  /** In a pause of the source, nothing is sent until the peer's buffer must be empty. */
  | { readonly status: 'emptying' };

/**
 * Passes sound through that cannot run ahead: a microphone, another program.
 *
 * | state    | sound comes                                   | a pause is heard              | peer's buffer must be empty |
 * |----------|-----------------------------------------------|-------------------------------|-----------------------------|
 * | priming  | lead as silence, then this unit → running     |                               |                             |
 * | running  | leaves as it comes                            | after 10 s or more → emptying | → priming (underrun)        |
 * | emptying | quiet: dropped; speech: silence up to the lead → running | as quiet           | → priming                   |
 *
 * The source's clock, ours and the sound device's differ by up to some hundred ppm, and the peer reports nothing. Starting
 * afresh in pauses, where nobody hears it, keeps that from ever adding up to lag or to gaps inside speech. What piles up
 * all the same (a source or socket that stood still) is thrown away, oldest first, when the next sound comes: measured
 * then, so that a source that delivers in large pieces is not taken for one that lags.
 */
export class LivePacer implements Paced {
  readonly #options: LivePacerOptions;
  readonly #maxLagMs: number;
  readonly #queue = new PcmQueue(QUEUE_BYTES);
  readonly #pauses = new PauseDetector();
  #state: LiveState = { status: 'priming' };
  #dueMs = Number.POSITIVE_INFINITY;
  /** Not before this, so that frames keep their distance. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** When the peer's buffer was last known to be empty: what it holds is certain from then on. */
  #emptyAtMs = Number.NEGATIVE_INFINITY;
  #isModeSent = false;
  #isStarted = false;
  #isEnded = false;
  #isDone = false;
  /** Silence still to send at the end; undefined until the last sound has left. */
  #closingBytes: number | undefined;
  #newestBytes = 0;
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

  get roomBytes(): number {
    return this.#queue.roomBytes;
  }

  /** Sound thrown away to bound the lag, and in pauses to empty the buffer: milliseconds. */
  get droppedMs(): number {
    return this.#droppedBytes / BYTES_PER_MS;
  }

  /** Takes any sound; what waits longer than a second is dropped, oldest first: late live sound is worth nothing. */
  push(pcm: Uint8Array): boolean {
    const newest = pcm.byteLength > QUEUE_BYTES ? pcm.subarray(pcm.byteLength - QUEUE_BYTES) : pcm;
    this.#drop(newest.byteLength - this.#queue.roomBytes);
    if (newest.byteLength < pcm.byteLength) this.#account(pcm.byteLength - newest.byteLength);
    this.#queue.push(newest);
    this.#newestBytes = newest.byteLength;
    if (this.#isStarted) this.#boundLag();
    this.poke();
    return true;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.poke();
  }

  start(atMs: number): void {
    this.#isStarted = true;
    // What waited for its turn is late already.
    this.#boundLag();
    this.#dueMs = atMs;
    this.#options.wake();
  }

  poke(): void {
    if (!this.#isStarted || this.#isDone || this.#dueMs !== Number.POSITIVE_INFINITY) return;
    if (this.#queue.byteLength < UNIT_BYTES && !this.#isEnded) return;
    this.#dueMs = Math.max(this.#options.nowMs(), this.#notBeforeMs);
    this.#options.wake();
  }

  stop(): void {
    this.#isDone = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#queue.clear();
  }

  failed(error: unknown): void {
    this.stop();
    this.#options.onFailed?.(error);
  }

  run(nowMs: number): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#isDone || !this.#options.outlet.isClear) return;
    while (this.#queue.byteLength >= UNIT_BYTES) {
      if (this.#isPauseToSkip(nowMs)) {
        this.#queue.skip(UNIT_BYTES);
        this.#options.outlet.skip(UNIT_BYTES);
        this.#droppedBytes += UNIT_BYTES;
        continue;
      }
      if (this.#pass(nowMs)) this.#rest(nowMs);
      return;
    }
    if (this.#isEnded) this.#close(nowMs);
  }

  /** After a frame: what is still there leaves at the rate the peer bears; what comes, when it comes. */
  #rest(nowMs: number): void {
    const isMore = this.#queue.byteLength >= UNIT_BYTES || this.#isEnded;
    this.#notBeforeMs = nowMs + UNIT_MS - JITTER_MS;
    if (isMore) this.#dueMs = nowMs + UNIT_MS;
  }

  /** Moves between running and emptying; true when the oldest unit is quiet and may go unheard. */
  #isPauseToSkip(nowMs: number): boolean {
    const { playout } = this.#options;
    const quietUnits = this.#pauses.quietUnitsAt(this.#queue, UNIT_BYTES);
    const uncertainMs = nowMs - this.#emptyAtMs;
    const isPause = quietUnits >= (uncertainMs < OVERDUE_MS ? PAUSE_UNITS : OVERDUE_PAUSE_UNITS);
    if (this.#state.status === 'emptying') {
      const isEmpty = nowMs >= playout.endsAtMs + DRY_MARGIN_MS;
      if (isPause && !isEmpty) return true;
      if (isEmpty) this.#emptyAtMs = nowMs;
      this.#state = { status: 'priming' };
      return false;
    }
    if (this.#state.status !== 'running' || !isPause || uncertainMs < RESTART_EVERY_MS) return false;
    this.#state = { status: 'emptying' };
    return true;
  }

  /** Sends one frame, after the lead where that is missing; false when the link did not take it all. */
  #pass(nowMs: number): boolean {
    const { outlet, playout, mode, leadMs } = this.#options;
    if (!this.#isModeSent) this.#isModeSent = outlet.sendVerb(encodeSoundMode(mode));
    if (!this.#isModeSent) return false;
    if (this.#state.status === 'running' && playout.isDry(nowMs)) {
      outlet.underrun(nowMs, leadMs);
      this.#state = { status: 'priming' };
    }
    if (this.#state.status === 'priming') {
      if (playout.endsAtMs + DRY_MARGIN_MS <= nowMs) this.#emptyAtMs = nowMs;
      if (!this.#prime(nowMs)) return false;
      this.#state = { status: 'running' };
    }
    const size = this.#queue.byteLength >= MAX_SOUND_FRAME_BYTES ? MAX_SOUND_FRAME_BYTES : UNIT_BYTES;
    return outlet.send(this.#queue, size, 0, nowMs);
  }

  /** Silence until the peer holds the lead; false when the link took only a part. */
  #prime(nowMs: number): boolean {
    const { outlet, playout, leadMs } = this.#options;
    for (;;) {
      const missingBytes = Math.round((leadMs - playout.bufferedMs(nowMs)) * (BYTES_PER_MS / 2)) * 2;
      if (missingBytes <= 0) return true;
      // An observer of the frame before may have stopped it.
      if (this.#isDone) return false;
      if (!outlet.send(this.#queue, 0, Math.min(missingBytes, MAX_SOUND_FRAME_BYTES), nowMs)) return false;
    }
  }

  /** After the end: the last part of a unit, then silence that closes the mouth and fills the peer's last block. */
  #close(nowMs: number): void {
    const { outlet, mode } = this.#options;
    const rest = this.#queue.byteLength - (this.#queue.byteLength % 2);
    if (outlet.totalBytes === 0 && rest === 0) {
      this.#finish();
      return;
    }
    if (!this.#isModeSent) this.#isModeSent = outlet.sendVerb(encodeSoundMode(mode));
    if (!this.#isModeSent) return;
    this.#closingBytes ??= closingBytes(outlet.totalBytes + rest, mode);
    const zeros = Math.min(UNIT_BYTES - rest, this.#closingBytes);
    if (rest + zeros > 0) {
      if (!outlet.send(this.#queue, rest, zeros, nowMs)) return;
      this.#closingBytes -= zeros;
      this.#dueMs = nowMs + UNIT_MS;
      return;
    }
    if (mode === 'file' && !outlet.sendVerb(encodeSegmentEnd())) return;
    this.#finish();
  }

  #finish(): void {
    this.#isDone = true;
    this.#options.onSent();
  }

  /** Throws the oldest away when, before the newest came, too much was already to be heard. */
  #boundLag(): void {
    const { playout, leadMs, nowMs } = this.#options;
    const now = nowMs();
    const isRunning = this.#state.status === 'running' && !playout.isDry(now);
    const aheadMs = isRunning ? playout.bufferedMs(now) : Math.max(playout.bufferedMs(now), leadMs);
    const lagMs = aheadMs + (this.#queue.byteLength - this.#newestBytes) / BYTES_PER_MS;
    const units = Math.ceil((lagMs - leadMs - this.#maxLagMs) / UNIT_MS);
    this.#drop(Math.min(units * UNIT_BYTES, this.#queue.byteLength));
  }

  #drop(byteLength: number): void {
    if (byteLength <= 0) return;
    this.#queue.skip(byteLength);
    this.#account(byteLength);
  }

  #account(byteLength: number): void {
    this.#options.outlet.dropped(byteLength);
    this.#droppedBytes += byteLength;
  }
}

function closingBytes(soundBytes: number, mode: SoundMode): number {
  const wanted = soundBytes + (mode === 'stream' ? CLOSING_SILENCE_BYTES : 0);
  return (Math.ceil(wanted / BLOCK_BYTES) + 1) * BLOCK_BYTES - soundBytes;
}
