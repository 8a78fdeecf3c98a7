import {
  BLOCK_BYTES,
  BYTES_PER_MS,
  encodeSegmentEnd,
  encodeSoundMode,
  MAX_SOUND_FRAME_BYTES,
  type SoundMode,
  UNIT_BYTES,
  UNIT_MS,
  type WireFrame,
} from '../protocol/index.js';
import { PcmQueue } from './pcm-queue.js';
import type { PlayoutClock } from './playout-clock.js';
import type { Paced } from './scheduler.js';
import type { SoundOutlet } from './sound-outlet.js';

export interface RecordedPacerOptions {
  readonly outlet: SoundOutlet;
  readonly playout: PlayoutClock;
  readonly mode: SoundMode;
  /** Sound kept ahead of what is heard, milliseconds: it covers jitter and cannot be recalled at an interruption. */
  readonly leadMs: number;
  /** The most sound it holds, bytes, even. */
  readonly queueBytes: number;
  /** Asks the scheduler to read `dueMs` again. */
  readonly wake: () => void;
  /** Every unit and the end of the segment have left; the peer still plays. */
  readonly onSent: () => void;
  /** Sending threw (an observer did): nothing more will leave. */
  readonly onFailed?: (error: unknown) => void;
}

/** At the start the lead leaves at once, in at most so many frames; more would starve the peer's own messages. */
const MAX_BURST_FRAMES = 5;
/** A timer's jitter: later than this is behind. */
const JITTER_MS = 2;
/** In `stream` mode the peer needs silence to close the mouth: 200 ms or more. */
const CLOSING_SILENCE_BYTES = 240 * BYTES_PER_MS;

/**
 * Paces sound that can run ahead of real time: files, synthesized speech.
 *
 * A unit is due when the peer, by the playout clock, holds exactly `leadMs`: that deadline is absolute, since the
 * clock's end moves by whole units only. What happens when a deadline was missed:
 *
 *   peer still has sound → frames of two units, not closer than 20 ms, until the lead is back; nothing is heard
 *   peer has run dry     → the position moves; the lead leaves in one short burst, as at the start
 *   source has nothing   → wait for it; then one of the two above
 *   socket holds bytes   → nothing is written until it is empty
 *
 * At the end zeros fill the last block and one more, so that no sample stays behind in the peer; then, in
 * `file` mode, SNDBRKS closes segment and mouth, and in `stream` mode 240 ms of zeros do.
 */
export class RecordedPacer implements Paced {
  readonly #options: RecordedPacerOptions;
  readonly #queue: PcmQueue;
  /** Verbs that leave before the next sound; then, after the end, the closing ones. */
  readonly #verbs: WireFrame[] = [];
  #zeroBytes = 0;
  #pushedBytes = 0;
  #isEnded = false;
  #isStarted = false;
  #isDone = false;
  #dueMs = Number.POSITIVE_INFINITY;
  #burstLeft = 0;
  /** The source or the socket kept the next unit waiting: its lateness says nothing of the pacing. */
  #isHeldUp = false;
  /** Not before this, so that frames keep their distance while catching up. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecordedPacerOptions) {
    this.#options = options;
    this.#queue = new PcmQueue(options.queueBytes);
    this.#verbs.push(encodeSoundMode(options.mode));
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

  /** Takes all of `pcm` (s16le mono 16 kHz), or nothing and says false. */
  push(pcm: Uint8Array): boolean {
    if (!this.#queue.push(pcm)) return false;
    this.#pushedBytes += pcm.byteLength;
    if (this.#isStarted && this.#queue.byteLength >= UNIT_BYTES) this.poke();
    return true;
  }

  /** No more sound will come. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#pushedBytes > 0) {
      const soundBytes = this.#pushedBytes + (this.#options.mode === 'stream' ? CLOSING_SILENCE_BYTES : 0);
      const blocks = Math.ceil(soundBytes / BLOCK_BYTES) + 1;
      this.#zeroBytes = blocks * BLOCK_BYTES - this.#pushedBytes;
      if (this.#options.mode === 'file') this.#verbs.push(encodeSegmentEnd());
    } else {
      this.#verbs.length = 0;
    }
    if (this.#isStarted) this.poke();
  }

  start(atMs: number): void {
    this.#isStarted = true;
    this.#dueMs = atMs;
    this.#options.wake();
  }

  /** Looks again at once: sound or room in the socket has come. */
  poke(): void {
    if (!this.#isStarted || this.#isDone || this.#dueMs !== Number.POSITIVE_INFINITY) return;
    this.#dueMs = Math.max(this.#notBeforeMs, this.#deadlineMs());
    this.#options.wake();
  }

  /** Nothing leaves after this call. */
  stop(): void {
    this.#isDone = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#queue.clear();
    this.#verbs.length = 0;
  }

  failed(error: unknown): void {
    this.stop();
    this.#options.onFailed?.(error);
  }

  run(nowMs: number): void {
    if (this.#isDone) {
      this.#dueMs = Number.POSITIVE_INFINITY;
      return;
    }
    while (!this.#isDone && this.#step(nowMs));
  }

  /** One frame; true when another may follow at once. Sets `dueMs` whenever it says false. */
  #step(nowMs: number): boolean {
    const { outlet } = this.#options;
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (!outlet.isClear) return this.#hold();
    if (this.#verbs.length > 0 && this.#isVerbNext()) return this.#sendVerb();
    const available = this.#queue.byteLength + (this.#isEnded ? this.#zeroBytes : 0);
    if (available === 0 && this.#isEnded) {
      this.#finish();
      return false;
    }
    if (available < UNIT_BYTES && !this.#isEnded) return this.#hold();
    const deadlineMs = this.#deadlineMs();
    if (deadlineMs > nowMs + 0.5) {
      this.#dueMs = deadlineMs;
      return false;
    }
    return this.#sendSound(available, deadlineMs, nowMs);
  }

  #sendSound(available: number, deadlineMs: number, nowMs: number): boolean {
    const { outlet, playout } = this.#options;
    const wasDry = playout.isDry(nowMs);
    const isBehind = wasDry || nowMs - deadlineMs > JITTER_MS;
    // A deadline in the past would be one frame now and the next too soon: two units at once keep the distance.
    const isDouble = isBehind && available >= MAX_SOUND_FRAME_BYTES;
    const size = isDouble ? MAX_SOUND_FRAME_BYTES : Math.min(UNIT_BYTES, available);
    const fromQueue = Math.min(size, this.#queue.byteLength);
    const hasDeadline = outlet.sentMs > 0 && this.#burstLeft === 0 && !this.#isHeldUp;
    const lateMs = hasDeadline ? Math.max(0, nowMs - deadlineMs) : undefined;
    if (!outlet.send(this.#queue, fromQueue, size - fromQueue, nowMs, lateMs)) return this.#hold();
    this.#isHeldUp = false;
    if (wasDry) this.#burstLeft = MAX_BURST_FRAMES;
    this.#zeroBytes -= size - fromQueue;
    if (this.#burstLeft > 0) {
      this.#burstLeft--;
      if (this.#burstLeft > 0 && this.#deadlineMs() <= nowMs) return true;
      this.#burstLeft = 0;
    }
    if (this.#isEnded && this.#queue.byteLength === 0 && this.#zeroBytes === 0) return true;
    this.#notBeforeMs = isBehind ? nowMs + UNIT_MS : Number.NEGATIVE_INFINITY;
    this.#dueMs = Math.max(this.#deadlineMs(), this.#notBeforeMs);
    return false;
  }

  #hold(): false {
    this.#isHeldUp = true;
    return false;
  }

  #sendVerb(): boolean {
    const verb = this.#verbs[0];
    if (verb === undefined || !this.#options.outlet.sendVerb(verb)) return this.#hold();
    this.#verbs.shift();
    return true;
  }

  /** The mode leaves with the first sound; the closing verb after the last. */
  #isVerbNext(): boolean {
    const isOpening = this.#options.outlet.sentMs === 0 && this.#verbs[0] !== encodeSegmentEnd();
    if (isOpening) return this.#queue.byteLength >= UNIT_BYTES || this.#isEnded;
    return this.#isEnded && this.#queue.byteLength === 0 && this.#zeroBytes === 0;
  }

  #deadlineMs(): number {
    const { playout, leadMs } = this.#options;
    return playout.endsAtMs - playout.latencyMs - leadMs;
  }

  #finish(): void {
    this.#isDone = true;
    this.#options.onSent();
  }
}
