import type { ReplyEmitter } from './delivery.js';
import type { ReplyText } from './reply-text.js';

/** Pieces are announced so long before they are heard: hardly more than what cannot be called back. */
const AHEAD_MS = 200;
const END_TOLERANCE_MS = 40;

type IsBegun = (startMs: number) => boolean;

/** Tells when pieces begin and end to be heard, each once and in order. */
export class PieceTeller {
  readonly #text: ReplyText;
  readonly #events: ReplyEmitter;
  #started = 0;
  #ended = 0;

  constructor(text: ReplyText, events: ReplyEmitter) {
    this.#text = text;
    this.#events = events;
  }

  /** @param atMs - when `heardMs` is heard. */
  tell(heardMs: number, atMs: number): void {
    this.#tell(heardMs, atMs, (startMs) => startMs <= heardMs + AHEAD_MS);
  }

  /** The reply is over: only what was heard has begun, of one that was heard whole all. */
  end(heardMs: number, atMs: number, isWhole: boolean): void {
    if (isWhole || heardMs > 0) this.#tell(heardMs, atMs, (startMs) => isWhole || startMs < heardMs);
  }

  #tell(heardMs: number, atMs: number, isBegun: IsBegun): void {
    for (;;) {
      const span = this.#text.span(this.#ended);
      if (
        this.#ended < this.#started &&
        span?.endMs !== undefined &&
        span.endMs - END_TOLERANCE_MS <= heardMs
      )
        this.#events.emit('pieceEnded', this.#ended++);
      else if (!this.#startNext(heardMs, atMs, isBegun)) return;
    }
  }

  #startNext(heardMs: number, atMs: number, isBegun: IsBegun): boolean {
    const span = this.#text.span(this.#started);
    if (span === undefined || !isBegun(span.startMs)) return false;
    this.#events.emit('pieceStarted', this.#started++, atMs + span.startMs - heardMs);
    return true;
  }
}
