import type { TimedPhoneme } from '../timed-phoneme.js';
import { FRAME_MS } from './log-mel.js';

/** Turns names frame by frame into timed phonemes: each when it ends, and what goes on in pieces. */
export class RunTeller {
  /** How long after its first frame a phoneme may be told, milliseconds. */
  readonly delayMs: number;
  readonly #pieceFrames: number;
  #told: TimedPhoneme[] = [];
  #phoneme = 'sil';
  #fromFrame = 0;
  #frames = 0;

  /** @param pieceMs - length of the pieces; at least one frame. */
  constructor(pieceMs: number) {
    this.#pieceFrames = Math.max(1, Math.round(pieceMs / FRAME_MS));
    this.delayMs = (this.#pieceFrames - 1) * FRAME_MS;
  }

  /** The next frame. */
  add(phoneme: string): void {
    if (phoneme !== this.#phoneme) this.end();
    this.#phoneme = phoneme;
    this.#frames++;
    if (this.#frames - this.#fromFrame >= this.#pieceFrames) this.end();
  }

  /** What goes on is told now. */
  end(): void {
    if (this.#frames === this.#fromFrame) return;
    this.#tell(this.#phoneme, this.#frames * FRAME_MS);
    this.#fromFrame = this.#frames;
  }

  /** A closed mouth behind everything. */
  close(ms: number): void {
    this.#tell('sil', this.#fromFrame * FRAME_MS + ms);
  }

  /** What was told since the last call. */
  take(): readonly TimedPhoneme[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  #tell(phoneme: string, endMs: number): void {
    this.#told.push({ phoneme, startMs: this.#fromFrame * FRAME_MS, endMs });
  }
}
