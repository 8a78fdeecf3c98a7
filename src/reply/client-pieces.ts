import type { ClientPiece, ClientPlayer } from './client-player.js';
import type { ReplyText } from './reply-text.js';
import type { SoundTrack } from './sound-track.js';

export interface ClientPiecesOptions {
  readonly player: ClientPlayer;
  readonly text: ReplyText;
  readonly track: SoundTrack;
}

/** What fractions of a sample make of two sums. */
const SAME_MS = 0.01;

/** Tells a client which pieces it has whole: each once, in order, behind its sound; and again what a pause made void. */
export class ClientPieces {
  readonly #options: ClientPiecesOptions;
  /** Pieces told so far. */
  #told = 0;
  /** The next to be told in this take. */
  #next = 0;
  #fromMs = 0;
  #givenMs = 0;

  constructor(options: ClientPiecesOptions) {
    this.#options = options;
  }

  /** Sound from here on is needed: of the first piece that was not told. */
  get neededFromMs(): number {
    return this.#options.text.span(this.#told)?.startMs ?? Number.POSITIVE_INFINITY;
  }

  /** Sound from here on is given, the first time or again. */
  begin(fromMs: number): void {
    this.#fromMs = fromMs;
    this.#givenMs = fromMs;
    this.#next = this.#told;
    while (this.#next > 0 && this.#endMsOf(this.#next - 1) > fromMs + SAME_MS) this.#next--;
  }

  /** Sound was given up to here, or more is known of what is where. */
  tell(givenMs = this.#givenMs): void {
    this.#givenMs = givenMs;
    for (;;) {
      const span = this.#options.text.span(this.#next);
      if (span?.endMs === undefined || span.endMs > givenMs + SAME_MS) return;
      this.#give(span.startMs, span.endMs, false);
    }
  }

  /** All sound was given. What the engine broke off is told with the sound that it has; what has none is not told. */
  end(): void {
    const givenMs = this.#givenMs;
    for (;;) {
      const span = this.#options.text.span(this.#next);
      const isBroken = span?.endMs === undefined;
      if (span === undefined || (isBroken && span.startMs > givenMs - SAME_MS)) return;
      // Sound whose rate was changed is a part of a sample longer or shorter than what was counted.
      this.#give(Math.min(span.startMs, givenMs), Math.min(span.endMs ?? givenMs, givenMs), isBroken);
    }
  }

  #endMsOf(index: number): number {
    return this.#options.text.span(index)?.endMs ?? Number.POSITIVE_INFINITY;
  }

  #give(startMs: number, endMs: number, isBroken: boolean): void {
    const { player, text, track } = this.#options;
    const index = this.#next++;
    const { text: said = '', language } = text.piece(index) ?? {};
    const isAgain = index < this.#told;
    const fromMs = isAgain ? Math.max(startMs, this.#fromMs) : startMs;
    const piece: ClientPiece = {
      ...{ index, text: said, language, startMs: fromMs, endMs, isBroken },
      get pcm() {
        return track.copy(fromMs, endMs);
      },
    };
    this.#told = Math.max(this.#told, this.#next);
    if (isAgain) player.pieceAgain?.(piece);
    else player.piece(piece);
  }
}
