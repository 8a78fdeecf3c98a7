import { looksEnded } from '../language/index.js';
import type { Cue } from './cue.js';
import { ANSWER, type Reading, TagForms, THOUGHTS } from './tag-forms.js';

/** A stretch of the model's text; all `raw`s put together are the text. */
export interface Stretch {
  readonly kind: 'text' | 'hidden' | 'cue' | 'block';
  readonly raw: string;
  /** What is shown and spoken; '' unless `text`. */
  readonly text: string;
  readonly cue: Cue | undefined;
}

export interface MarkupOptions {
  /** @default false */
  readonly numberedEmotions?: boolean | undefined;
  readonly own?: readonly string[] | undefined;
  readonly spokenTag?: string | undefined;
  /** @default 'drop' */
  readonly inlineCode?: 'drop' | 'keep' | undefined;
}

type State =
  | { readonly status: 'text' }
  /** Between two rows of at least `length` marks. */
  | { readonly status: 'code'; readonly mark: string; readonly length: number }
  | { readonly status: 'thought'; readonly name: string };

/** A row of marks that is no code until so much has come is text. */
const MAX_INLINE_CODE = 200;
/** A longer row of marks is more than one. */
const MAX_ROW = 64;
/** Of what is shown, so much is looked at to tell where a sentence begins. */
const TAIL = 48;
/** A closing `</reasoning >` is not longer. */
const MAX_CLOSER = 40;
/** Held back for `<answer>` that may still come; what is more is an answer without it. */
const MAX_HELD = 20_000;

/**
 * Tells what of a model's text is for people and what is for machines, as it comes: control tags, thoughts, code.
 *
 * state × input → next: text –row of three marks→ code –such a row→ text; text –`<think>`→ thought –`</think>`→ text. What may
 * become a tag is held back until that is certain. Total: any text gives stretches.
 */
export class MarkupScanner {
  readonly #forms: TagForms;
  readonly #options: MarkupOptions;
  readonly #spokenTag: string | undefined;
  #state: State = { status: 'text' };
  #text = '';
  /** The end of what is shown. */
  #shown = '';
  /** Whether all is spoken, or what comes is outside of the tag around what is spoken. */
  #answer: 'all' | 'outside';
  #hasAnswer = false;
  /** Stretches that are spoken only when no answer tag comes. */
  #outside: Stretch[] = [];
  #outsideLength = 0;
  #out: Stretch[] = [];

  constructor(options: MarkupOptions = {}) {
    this.#options = options;
    this.#spokenTag = options.spokenTag?.toLowerCase();
    this.#forms = new TagForms(options.own ?? [], options.spokenTag);
    this.#answer = this.#spokenTag === undefined ? 'all' : 'outside';
  }

  push(chunk: string): Stretch[] {
    this.#text += chunk;
    return this.#read(false);
  }

  /** The text has ended: the rest. A tag that was cut off is hidden. */
  end(): Stretch[] {
    const out = this.#read(true);
    // Where the model knows nothing of the tag it is better to speak all than nothing.
    const held = this.#hasAnswer ? this.#outside.map(hidden) : this.#outside;
    this.#outside = [];
    return [...out, ...held];
  }

  #read(isFinal: boolean): Stretch[] {
    while (this.#text !== '' && this.#step(isFinal));
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** @returns Whether something was taken from the text. */
  #step(isFinal: boolean): boolean {
    const state = this.#state;
    switch (state.status) {
      case 'code':
        return this.#code(state.mark, state.length, isFinal);
      case 'thought':
        return this.#thought(state.name, isFinal);
      case 'text':
        return this.#plain(isFinal);
    }
  }

  #plain(isFinal: boolean): boolean {
    const special = this.#options.numberedEmotions === true ? /[[<`~0-9０-９]/ : /[[<`~]/;
    const at = this.#text.search(special);
    if (at !== 0) {
      this.#show(at < 0 ? this.#text.length : at);
      return true;
    }
    const letter = this.#text.charAt(0);
    if (letter === '`') return this.#backticks(isFinal);
    if (letter === '~') return this.#tildes(isFinal);
    if (letter === '[') return this.#tag(this.#forms.bracket(this.#text), isFinal);
    if (letter === '<') return this.#tag(this.#forms.element(this.#text), isFinal);
    return this.#digit(isFinal);
  }

  #tag(reading: Reading, isFinal: boolean): boolean {
    if (reading === 'partial') {
      if (!isFinal) return false;
      if (this.#forms.isCutTag(this.#text, this.#shown)) this.#put('hidden', this.#text.length);
      else this.#show(1);
      return true;
    }
    if (reading === 'text') this.#show(1);
    else if (reading.kind === 'cue') this.#put('cue', reading.raw.length, reading.cue);
    else if (reading.kind === 'dropped') this.#put('hidden', reading.raw.length);
    else this.#element(reading.name, reading.kind === 'open', reading.raw);
    return true;
  }

  #element(name: string, isOpening: boolean, raw: string): void {
    if (name === this.#spokenTag) {
      this.#release(true);
      this.#hasAnswer = true;
      this.#answer = 'all';
      this.#put('block', raw.length);
      if (!isOpening) this.#answer = 'outside';
      return;
    }
    const isThought = THOUGHTS.some((known) => known === name);
    if (isThought && isOpening && !raw.endsWith('/>')) this.#state = { status: 'thought', name };
    if (isThought || name === ANSWER) this.#put('hidden', raw.length);
    else this.#show(raw.length);
  }

  /** `1 Hello!` at the beginning of a sentence. */
  #digit(isFinal: boolean): boolean {
    const next = this.#text.charAt(1);
    if (!this.#isSentenceStart()) this.#show(1);
    else if (next === '' && !isFinal) return false;
    else if (/[^\S\r\n]/.test(next)) {
      const raw = this.#text.slice(0, 2);
      const value = raw.charAt(0).normalize('NFKC');
      this.#put('cue', 2, { name: 'emotion', value, durationMs: undefined, attributes: {}, raw });
    } else this.#show(1);
    return true;
  }

  #isSentenceStart(): boolean {
    const shown = this.#shown;
    if (/(?:^|\n)[^\S\n]*$/.test(shown)) return true;
    if (!looksEnded(shown, this.#text.charAt(0))) return false;
    return /\s$/.test(shown) || /[。！？‼⁇⁈⁉｡」』）】〉》♪☆]$/.test(shown);
  }

  /** Rows of three or more begin a block, shorter ones a piece of code in the line. */
  #backticks(isFinal: boolean): boolean {
    const row = /^`{1,64}/.exec(this.#text)?.[0].length ?? 0;
    if (row === this.#text.length && row < MAX_ROW && !isFinal) return false;
    if (row >= 3) {
      this.#state = { status: 'code', mark: '`', length: row };
      this.#put('block', row);
      return true;
    }
    // No more than can decide: a text of marks would be walked through once for each of them.
    const near = this.#text.slice(0, row + MAX_INLINE_CODE + MAX_ROW);
    const closing = new RegExp(`(?<!\`)\`{${row}}(?!\`)`).exec(near.slice(row));
    const end = closing === null ? -1 : row + closing.index;
    const line = near.indexOf('\n');
    const isCode = end >= 0 && end <= MAX_INLINE_CODE && (line < 0 || line > end);
    if (isCode && end + row === this.#text.length && !isFinal) return false;
    if (isCode) this.#inlineCode(row, end);
    else if (isFinal || line >= 0 || this.#text.length > MAX_INLINE_CODE + row) this.#show(row);
    else return false;
    return true;
  }

  #inlineCode(row: number, end: number): void {
    if (this.#options.inlineCode === 'keep') this.#show(end + row, this.#text.slice(row, end));
    else this.#put('hidden', end + row);
  }

  /** `~~~` at the beginning of a line; else a wave. */
  #tildes(isFinal: boolean): boolean {
    const row = /^~{1,64}/.exec(this.#text)?.[0].length ?? 0;
    const isLineStart = /(?:^|\n) {0,3}$/.test(this.#shown);
    if (!isLineStart) this.#show(row);
    else if (row === this.#text.length && row < MAX_ROW && !isFinal) return false;
    else if (row < 3) this.#show(row);
    else {
      this.#state = { status: 'code', mark: '~', length: row };
      this.#put('block', row);
    }
    return true;
  }

  #code(mark: string, length: number, isFinal: boolean): boolean {
    const row = new RegExp(`${mark}{${length},${MAX_ROW}}`).exec(this.#text);
    if (row === null)
      return this.#hideAllBut(new RegExp(`${mark}*$`).exec(this.#text)?.[0].length ?? 0, isFinal);
    const end = row.index + row[0].length;
    if (end === this.#text.length && row[0].length < MAX_ROW && !isFinal)
      return this.#hideAllBut(row[0].length, false);
    this.#state = { status: 'text' };
    this.#put('block', end);
    this.#shown = '\n';
    return true;
  }

  #thought(name: string, isFinal: boolean): boolean {
    const closing = new RegExp(`</${name}\\s{0,20}>`, 'i').exec(this.#text);
    if (closing === null) return this.#hideAllBut(MAX_CLOSER, isFinal);
    this.#state = { status: 'text' };
    this.#put('hidden', closing.index + closing[0].length);
    return true;
  }

  #hideAllBut(kept: number, isFinal: boolean): boolean {
    const length = isFinal ? this.#text.length : this.#text.length - kept;
    if (length <= 0) return false;
    this.#put('hidden', length);
    return isFinal;
  }

  #show(length: number, text?: string): void {
    const raw = this.#text.slice(0, length);
    this.#shown = (this.#shown + (text ?? raw)).slice(-TAIL);
    this.#add({ kind: 'text', raw, text: text ?? raw, cue: undefined });
  }

  #put(kind: 'hidden' | 'cue' | 'block', length: number, cue?: Cue): void {
    this.#add({ kind, raw: this.#text.slice(0, length), text: '', cue });
  }

  #add(stretch: Stretch): void {
    this.#text = this.#text.slice(stretch.raw.length);
    if (this.#answer === 'all') this.#out.push(stretch);
    else {
      this.#outside.push(stretch);
      this.#outsideLength += stretch.raw.length;
      if (this.#outsideLength > MAX_HELD) this.#release(this.#hasAnswer);
    }
  }

  /** What was held for the answer's tag. Without such a tag it is the answer, and so is what follows. */
  #release(isHidden: boolean): void {
    for (const stretch of this.#outside) this.#out.push(isHidden ? hidden(stretch) : stretch);
    this.#outside = [];
    this.#outsideLength = 0;
    if (!isHidden) this.#answer = 'all';
  }
}

/** Outside of an answer words are hidden; cues are not. */
function hidden(stretch: Stretch): Stretch {
  return stretch.kind === 'cue' ? stretch : { kind: 'hidden', raw: stretch.raw, text: '', cue: undefined };
}
