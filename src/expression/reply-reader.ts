import { type ReplyCutting, type Segment, Segmenter } from '../language/index.js';
import type { Cue, ReplyPiece } from './cue.js';
import { type MarkupOptions, MarkupScanner, type Stretch } from './markup-scanner.js';

export interface ReplyReaderOptions extends MarkupOptions {
  /** How pieces are cut; what is left out has the segmenter's defaults. */
  readonly cutting?: ReplyCutting | undefined;
  /** A sentence that is longer is cut; wide letters count as two. @default 300 */
  readonly maxChars?: number | undefined;
}

/**
 * A model's text, token by token, to pieces that are spoken and cues that are shown.
 *
 * A tag ends the piece before it (but for `vision`, or where less than a clause stands there) and fires with the piece that
 * begins behind it. How the text was cut into tokens changes nothing but at `stalled`. Holds at most one sentence, plus what may
 * become a tag.
 */
export class ReplyReader {
  readonly #scanner: MarkupScanner;
  readonly #segmenter: Segmenter;
  /** What is not given yet, in order; its shown text is what the segmenter has pending. */
  #waiting: Stretch[] = [];
  #index = 0;
  #language: string | undefined;
  /** Whether what was given last ends with a blank, or nothing was given. */
  #isBehindBlank = true;

  constructor({ cutting = {}, maxChars, ...markup }: ReplyReaderOptions = {}) {
    this.#scanner = new MarkupScanner(markup);
    this.#segmenter = new Segmenter({ reply: cutting, ...(maxChars === undefined ? {} : { maxChars }) });
  }

  /** @param token - any stretch of the text, also half a character. */
  push(token: string): ReplyPiece[] {
    return this.#take(this.#scanner.push(token));
  }

  /** No token came for about 300 ms: what can be spoken or shown of what waits, if a clause is there. */
  stalled(): ReplyPiece[] {
    const pieces = this.#segmenter.stalled().map((segment) => this.#piece(segment));
    const hasText = this.#segmenter.pending.trim() !== '';
    return hasText || !this.#waiting.some(({ kind }) => kind === 'cue')
      ? pieces
      : [...pieces, this.#rest(false)];
  }

  /** The reply has ended: the rest. */
  end(): ReplyPiece[] {
    const pieces = this.#take(this.#scanner.end());
    const segments = this.#segmenter.end();
    // Marks, emoji and blanks at the end go with the cues and code behind them.
    if (!hasWord(segments.at(-1)?.text ?? '')) segments.pop();
    pieces.push(...segments.map((segment) => this.#piece(segment)));
    return this.#waiting.length === 0 ? pieces : [...pieces, this.#rest(true)];
  }

  #take(stretches: readonly Stretch[]): ReplyPiece[] {
    const pieces: ReplyPiece[] = [];
    for (const stretch of stretches) {
      const isBorder = stretch.kind === 'block' || (stretch.kind === 'cue' && stretch.cue?.name !== 'vision');
      if (isBorder) pieces.push(...this.#segmenter.cut().map((segment) => this.#piece(segment)));
      this.#waiting.push(stretch);
      if (stretch.kind !== 'text') continue;
      pieces.push(...this.#segmenter.push(stretch.text).map((segment) => this.#piece(segment)));
    }
    return pieces;
  }

  #piece({ text, endsSentence }: Segment): ReplyPiece {
    return this.#made(this.#withdraw(text.length), endsSentence);
  }

  /** All that waits, without anything to speak. */
  #rest(endsSentence: boolean): ReplyPiece {
    const stretches = this.#waiting;
    this.#waiting = [];
    this.#isBehindBlank = true;
    // Blanks that the segmenter holds are given with it.
    this.#segmenter.end();
    return this.#made(
      stretches.map((stretch) => ({ ...stretch, text: '' })),
      endsSentence,
    );
  }

  #made(stretches: readonly Stretch[], endsSentence: boolean): ReplyPiece {
    const cues = stretches.flatMap(({ cue }) => (cue === undefined ? [] : [cue]));
    this.#language = languageOf(cues) ?? this.#language;
    return {
      index: this.#index++,
      raw: stretches.map(({ raw }) => raw).join(''),
      text: this.#shown(stretches),
      cues,
      language: this.#language,
      endsSentence,
    };
  }

  /** Stretches up to so many letters of shown text, the last one cut. */
  #withdraw(units: number): Stretch[] {
    const taken: Stretch[] = [];
    let left = units;
    while (left > 0) {
      const first = this.#waiting.shift();
      if (first === undefined) break;
      if (first.text.length <= left) {
        taken.push(first);
        left -= first.text.length;
        continue;
      }
      const isSame = first.raw === first.text;
      taken.push({
        ...first,
        text: first.text.slice(0, left),
        raw: isSame ? first.raw.slice(0, left) : first.raw,
      });
      this.#waiting.unshift({
        ...first,
        text: first.text.slice(left),
        raw: isSame ? first.raw.slice(left) : '',
      });
      left = 0;
    }
    return taken;
  }

  /** Where something was taken out between two blanks, one of them goes. */
  #shown(stretches: readonly Stretch[]): string {
    let shown = '';
    let isBehindBlank = this.#isBehindBlank;
    let isBehindGap = true;
    for (const { kind, text } of stretches) {
      if (kind !== 'text') isBehindGap = true;
      if (text === '') continue;
      const added = isBehindGap && isBehindBlank ? text.trimStart() : text;
      if (added === '') continue;
      shown += added;
      isBehindGap = false;
      isBehindBlank = /\s$/.test(added);
    }
    if (!hasWord(shown)) return '';
    this.#isBehindBlank = /\s$/.test(shown);
    return shown;
  }
}

function languageOf(cues: readonly Cue[]): string | undefined {
  const value = cues.findLast(({ name }) => name === 'language')?.value;
  return value !== undefined && /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(value) ? value : undefined;
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
