import type { PieceSpan, ReplyText } from './reply-text.js';
import type { HeardReply, SpokenPiece } from './reply-voice.js';
import { wholeLetters, wordPlaces } from './word-places.js';

const END_TOLERANCE_MS = 40;

/** The transcript of sound that somebody else made: of its time nothing is known but how much sound there is. One piece. */
export class GivenText implements ReplyText {
  #text = '';
  #soundMs = 0;
  #isAllKnown = false;

  /** More of the transcript. */
  said(text: string): void {
    this.#text += text;
  }

  /** More of the sound is there, heard or not. */
  sounded(ms: number): void {
    this.#soundMs += ms;
  }

  push(): void {}

  piece(index: number): SpokenPiece | undefined {
    return index === 0 ? { text: this.#text } : undefined;
  }

  part(): void {}

  lips(): void {}

  allKnown(): void {
    this.#isAllKnown = true;
  }

  span(index: number): PieceSpan | undefined {
    if (index > 0) return undefined;
    return { startMs: 0, endMs: this.#isAllKnown ? this.#soundMs : undefined };
  }

  heard(heardMs: number): HeardReply {
    if (this.#isAllKnown && heardMs >= this.#soundMs - END_TOLERANCE_MS)
      return { pieces: 1, units: 0, text: this.#text, heardMs, by: 'whole' };
    const units = wholeLetters(this.#text, this.#text.length * this.#share(heardMs));
    const by = units === 0 ? 'whole' : 'share';
    const text = this.#text.slice(0, units);
    return { pieces: 0, units, text, heardMs, by, ...(units > 0 && { isEstimated: true }) };
  }

  lastBorderMs(): undefined {
    return undefined;
  }

  sharedBorderMs(heardMs: number): number {
    const at = this.#text.length * this.#share(heardMs);
    const border = wordPlaces(this.#text, undefined).findLast(({ from }) => from <= at)?.from ?? 0;
    return at === 0 ? 0 : Math.min(heardMs, (border / this.#text.length) * this.#soundMs);
  }

  sentenceStartMs(): number {
    return 0;
  }

  #share(heardMs: number): number {
    return this.#soundMs === 0 ? 0 : Math.min(1, heardMs / this.#soundMs);
  }
}
