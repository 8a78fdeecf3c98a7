import { MOTION_FRAME_MS } from './lip-motion.js';
import { CLOSED_MOUTH, type MouthWeights, mixMouths } from './lip-table.js';

/** Level below which a block counts as silence, dBFS. */
const SILENCE_DBFS = -50;
/** Level at which the mouth is as open as it gets, dBFS. */
const LOUD_DBFS = -18;
/** Largest opening measured with the real recogniser [peer-facts-2 2.1]. */
const MAX_OPENING = 0.9;
/** Closing at the end of sound: 10 frames by this factor leave 0.24 of the last target [peer-facts-2 2.1]. */
const CLOSING_FRAMES = 10;
const CLOSING_FACTOR = 0.24 ** (1 / CLOSING_FRAMES);
/** Speech: share of the way to the target per motion frame. */
const SPEAKING_FACTOR = 0.5;
/** This much silence played, or SNDFILE + SNDBRKS, closes the mouth wholly [peer-facts-2 2.1]. */
const CLOSING_SILENCE_MS = 190;

/** First sample of a block to its effect, before the wait for the frame: fitted to 31–36 ms at 60 fps. */
const ANALYSIS_MS = 24;

type State =
  | { readonly status: 'idle' }
  | { readonly status: 'speaking' }
  | { readonly status: 'closing'; readonly sinceMs: number; readonly isFull: boolean };

/**
 * Stand-in for the recogniser that moves the mouth with the sound being played.
 *
 * It knows no phonemes: level gives the opening, the zero-crossing rate picks the vowel. What it keeps of the real one is
 * timing (31–36 ms after the first audible sample), size (at most 0.9), and the fault that a mouth open at the end of the
 * sound stays open at 0.24 of its last target. @source peer-facts-2 2.1
 */
export class AutoLips {
  #state: State = { status: 'idle' };
  #target = CLOSED_MOUTH;
  #mouth = CLOSED_MOUTH;
  #silentMs = 0;
  #lastFrameMs = 0;
  readonly #due: { readonly atMs: number; readonly target: MouthWeights }[] = [];

  /** True while frames are needed. */
  get isMoving(): boolean {
    return this.#state.status !== 'idle';
  }

  /**
   * One played block.
   * @param heardAtMs - when its first sample is heard.
   * @param from - the mouth as it is, the start of the movement when idle.
   * @param extraDelayMs - added when the stream mode lags [peer-facts-2 2.1: 100–200 ms with everything sent at once].
   */
  hear(block: Int16Array, heardAtMs: number, from: MouthWeights, extraDelayMs: number): void {
    const target = targetOf(block);
    const isSilent = target === CLOSED_MOUTH;
    this.#silentMs = isSilent ? this.#silentMs + block.length / 16 : 0;
    if (this.#state.status !== 'speaking') {
      if (isSilent) return;
      this.#mouth = from;
      this.#lastFrameMs = heardAtMs;
      this.#state = { status: 'speaking' };
    }
    this.#due.push({ atMs: heardAtMs + ANALYSIS_MS + extraDelayMs, target });
  }

  /** No more sound for now: the mouth closes, wholly or with the residual fault. `atMs` is when the last sample was heard. */
  endSound(atMs: number, isSegmentEnd: boolean): void {
    if (this.#state.status !== 'speaking') return;
    this.#state = {
      status: 'closing',
      sinceMs: atMs,
      isFull: isSegmentEnd || this.#silentMs >= CLOSING_SILENCE_MS,
    };
  }

  /** SNDBRKS in file mode came after the sound had ended: it still closes wholly. */
  endSegment(): void {
    if (this.#state.status === 'closing') this.#state = { ...this.#state, isFull: true };
  }

  /** Weights for the display frame at `nowMs`; `undefined` when it does not touch the mouth. */
  frame(nowMs: number): MouthWeights | undefined {
    if (this.#state.status === 'idle') return undefined;
    while (this.#due[0] !== undefined && this.#due[0].atMs <= nowMs) {
      this.#target = this.#due.shift()?.target ?? this.#target;
    }
    const frames = Math.max(0, nowMs - this.#lastFrameMs) / MOTION_FRAME_MS;
    this.#lastFrameMs = Math.max(this.#lastFrameMs, nowMs);
    if (this.#state.status === 'closing' && nowMs >= this.#state.sinceMs && this.#due.length === 0) {
      return this.#close(this.#state.sinceMs, this.#state.isFull, frames, nowMs);
    }
    this.#mouth = mixMouths(this.#mouth, this.#target, 1 - (1 - SPEAKING_FACTOR) ** frames);
    return this.#mouth;
  }

  /** Forgets everything: AV_END, a new connection, auto lip sync switched off. */
  reset(): void {
    this.#state = { status: 'idle' };
    this.#target = CLOSED_MOUTH;
    this.#due.length = 0;
    this.#silentMs = 0;
  }

  #close(sinceMs: number, isFull: boolean, frames: number, nowMs: number): MouthWeights {
    const left = CLOSING_FRAMES - (nowMs - sinceMs) / MOTION_FRAME_MS;
    const factor = isFull ? 1 - SPEAKING_FACTOR : CLOSING_FACTOR;
    this.#mouth = mixMouths(
      CLOSED_MOUTH,
      this.#mouth,
      factor ** Math.min(frames, Math.max(0, frames + left)),
    );
    if (left > 0) return this.#mouth;
    const end = isFull ? CLOSED_MOUTH : this.#mouth;
    this.reset();
    this.#mouth = end;
    return end;
  }
}

function targetOf(block: Int16Array): MouthWeights {
  let energy = 0;
  let crossings = 0;
  let previous = 0;
  for (const sample of block) {
    energy += sample * sample;
    if (sample >= 0 !== previous >= 0) crossings++;
    previous = sample;
  }
  const rms = Math.sqrt(energy / Math.max(1, block.length)) / 32_768;
  const dbfs = rms > 0 ? 20 * Math.log10(rms) : Number.NEGATIVE_INFINITY;
  if (dbfs < SILENCE_DBFS) return CLOSED_MOUTH;
  const opening = MAX_OPENING * Math.min(1, (dbfs - SILENCE_DBFS) / (LOUD_DBFS - SILENCE_DBFS));
  const toneHz = (crossings * 16_000) / (2 * block.length);
  if (toneHz < 300) return { ...CLOSED_MOUTH, u: opening };
  if (toneHz < 600) return { ...CLOSED_MOUTH, o: opening };
  if (toneHz < 1400) return { ...CLOSED_MOUTH, a: opening };
  return { ...CLOSED_MOUTH, i: opening };
}
