import { levelDbfs, VOICE_FRAME_BYTES, VoiceFeed } from '../../audio/index.js';

/** A stretch of a longer sound in which somebody may speak. */
export interface CutUtterance {
  /** From the first sample of the whole, ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** s16le mono 16 kHz. */
  readonly pcm: Uint8Array;
}

const FRAME_MS = 20;
/** Kept in front of the first loud frame, so that a soft beginning is not lost. */
const PREROLL_FRAMES = 15;
/** Silence that ends an utterance, beyond the gate's own hold of 300 ms. */
const PAUSE_FRAMES = 25;
/** From this length on a shorter one does. */
const LONG_FRAMES = 1000;
const SHORT_PAUSE_FRAMES = 1;
/** Whisper hears 30 s at once. */
const MAX_FRAMES = 1450;
/** Where nobody pauses, the quietest moment of the last five seconds is cut. */
const LOOK_BACK_FRAMES = 250;
/** How much of the closing silence stays. */
const TAIL_FRAMES = 10;
/** Shorter is a click. */
const MIN_LOUD_FRAMES = 3;

interface Frame {
  readonly pcm: Uint8Array;
  readonly isLoud: boolean;
}

/**
 * Cuts a sound of any length at its pauses into pieces of at most 29 s; silence between them is left out.
 *
 * Goes by the gate of the microphone, which learns the background, so that a noisy recording has pauses too. Pure: the same
 * pieces however the sound arrives.
 */
export class UtteranceCutter {
  readonly #feed = new VoiceFeed();
  readonly #frame = new Uint8Array(VOICE_FRAME_BYTES);
  #filled = 0;
  #frames: Frame[] = [];
  #isInside = false;
  #quiet = 0;
  /** Frames before the first of `#frames`. */
  #startFrame = 0;

  /** @param pcm - s16le mono 16 kHz, in pieces of any length. Not kept. @returns What has ended with it. */
  push(pcm: Uint8Array): CutUtterance[] {
    const ended: CutUtterance[] = [];
    for (let at = 0; at < pcm.byteLength; ) {
      const count = Math.min(VOICE_FRAME_BYTES - this.#filled, pcm.byteLength - at);
      this.#frame.set(pcm.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < VOICE_FRAME_BYTES) break;
      this.#filled = 0;
      ended.push(...this.#take(this.#frame.slice()));
    }
    return ended;
  }

  /** The sound is over. @returns What was under way. */
  end(): CutUtterance[] {
    if (this.#filled > 0) {
      const last = this.#frame.slice();
      last.fill(0, this.#filled);
      this.#filled = 0;
      return [...this.#take(last), ...this.#finish(this.#frames.length)];
    }
    return this.#finish(this.#frames.length);
  }

  #take(pcm: Uint8Array): CutUtterance[] {
    this.#feed.pass(pcm);
    const isLoud = this.#feed.isOpen;
    this.#frames.push({ pcm, isLoud });
    if (!this.#isInside) {
      if (isLoud) this.#isInside = true;
      else if (this.#frames.length > PREROLL_FRAMES) this.#drop(1);
      this.#quiet = 0;
      return [];
    }
    this.#quiet = isLoud ? 0 : this.#quiet + 1;
    const pause = this.#frames.length > LONG_FRAMES ? SHORT_PAUSE_FRAMES : PAUSE_FRAMES;
    if (this.#quiet >= pause) return this.#finish(this.#frames.length);
    return this.#frames.length >= MAX_FRAMES ? this.#finish(this.#quietest()) : [];
  }

  /** Ends the utterance behind `count` frames; what follows is the beginning of the next. */
  #finish(count: number): CutUtterance[] {
    const frames = this.#isInside ? this.#frames.slice(0, count) : [];
    const lastLoud = frames.findLastIndex(({ isLoud }) => isLoud);
    const kept = frames.slice(0, Math.min(frames.length, lastLoud + 1 + TAIL_FRAMES));
    const startMs = this.#startFrame * FRAME_MS;
    this.#drop(count);
    this.#isInside = this.#frames.some(({ isLoud }) => isLoud);
    this.#quiet = 0;
    if (kept.filter(({ isLoud }) => isLoud).length < MIN_LOUD_FRAMES) return [];
    const pcm = Buffer.concat(kept.map((frame) => frame.pcm));
    return [{ startMs, endMs: startMs + kept.length * FRAME_MS, pcm }];
  }

  #quietest(): number {
    let best = this.#frames.length;
    let bestDbfs = Number.POSITIVE_INFINITY;
    for (let at = this.#frames.length - 1; at > this.#frames.length - LOOK_BACK_FRAMES; at--) {
      const dbfs = levelDbfs(this.#frames[at]?.pcm ?? this.#frame);
      if (dbfs < bestDbfs) {
        bestDbfs = dbfs;
        best = at + 1;
      }
    }
    return best;
  }

  #drop(count: number): void {
    this.#frames = this.#frames.slice(count);
    this.#startFrame += count;
  }
}
