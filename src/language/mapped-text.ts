import { matchesOf } from '../runtime/index.js';

/** One change of a text: what stands at `from` … `to` becomes `text`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Over 0: later changes leave what is put in alone, and `marks` finds it again. @default 0 */
  readonly mark?: number;
}

/** A stretch of a text, UTF-16 units. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** One value for every UTF-16 unit. */
interface Columns {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly marks: Uint32Array;
}

/**
 * A text that was changed step by step and still knows where each of its characters came from.
 *
 * Order is never changed, so places in the source only grow along the text. Immutable.
 */
export class MappedText {
  readonly text: string;
  readonly sourceLength: number;
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #marks: Uint32Array;

  private constructor(text: string, sourceLength: number, map: Columns) {
    this.text = text;
    this.sourceLength = sourceLength;
    this.#from = map.from;
    this.#to = map.to;
    this.#marks = map.marks;
  }

  static of(source: string): MappedText {
    const { length } = source;
    const from = Uint32Array.from({ length }, (_, index) => index);
    const to = Uint32Array.from({ length }, (_, index) => index + 1);
    return new MappedText(source, length, { from, to, marks: new Uint32Array(length) });
  }

  /**
   * @param edits - the more important first. One that overlaps an earlier one of the list, or what has a mark, is left out.
   */
  rewritten(edits: readonly Edit[]): MappedText {
    const chosen = this.#chosen(edits);
    if (chosen.length === 0) return this;
    const grown = chosen.reduce((sum, { from, to, text }) => sum + text.length - (to - from), 0);
    const length = this.text.length + grown;
    const map = {
      from: new Uint32Array(length),
      to: new Uint32Array(length),
      marks: new Uint32Array(length),
    };
    const pieces: string[] = [];
    let read = 0;
    let written = 0;
    const keep = (until: number): void => {
      map.from.set(this.#from.subarray(read, until), written);
      map.to.set(this.#to.subarray(read, until), written);
      map.marks.set(this.#marks.subarray(read, until), written);
      pieces.push(this.text.slice(read, until));
      written += until - read;
    };
    for (const edit of chosen) {
      keep(edit.from);
      this.#write(edit, map, written);
      pieces.push(edit.text);
      written += edit.text.length;
      read = edit.to;
    }
    keep(this.text.length);
    return new MappedText(pieces.join(''), this.sourceLength, map);
  }

  /** Where a stretch of this text came from; empty where it was put in. */
  sourceRange(from: number, to: number): TextRange {
    if (to <= from) {
      const at = this.sourceAt(from);
      return { from: at, to: at };
    }
    const last = Math.min(to, this.text.length) - 1;
    return { from: this.#from[from] ?? this.sourceLength, to: this.#to[last] ?? this.sourceLength };
  }

  /** How much of the source is over when the text up to `position` is; all of it at the end. */
  sourceAt(position: number): number {
    if (position >= this.text.length) return this.sourceLength;
    return position <= 0 ? 0 : (this.#to[position - 1] ?? 0);
  }

  /** Where what was put in with a mark stands now. */
  marks(): readonly (TextRange & { readonly mark: number })[] {
    const found: { readonly from: number; to: number; readonly mark: number }[] = [];
    this.#marks.forEach((mark, index) => {
      if (mark === 0) return;
      const last = found.at(-1);
      if (last?.mark === mark && last.to === index) last.to = index + 1;
      else found.push({ from: index, to: index + 1, mark });
    });
    return found;
  }

  /** Without those that overlap an earlier one, by place. */
  #chosen(edits: readonly Edit[]): readonly Edit[] {
    const taken = new TakenPlaces(this.text.length);
    return edits
      .filter(
        (edit) => !this.#touchesMark(edit) && (edit.from < edit.to || edit.text !== '') && taken.take(edit),
      )
      .sort((one, other) => one.from - other.from || one.to - other.to);
  }

  #touchesMark({ from, to }: Edit): boolean {
    return this.#marks.subarray(from, to).some((mark) => mark > 0);
  }

  #write(edit: Edit, map: Columns, at: number): void {
    const { from, to, text } = edit;
    const isOneToOne = text.length === to - from;
    const whole = this.#range(from, to);
    for (let index = 0; index < text.length; index++) {
      map.from[at + index] = isOneToOne ? (this.#from[from + index] ?? 0) : whole.from;
      map.to[at + index] = isOneToOne ? (this.#to[from + index] ?? 0) : whole.to;
    }
    map.marks.fill(edit.mark ?? 0, at, at + text.length);
  }

  #range(from: number, to: number): TextRange {
    if (to > from) return { from: this.#from[from] ?? 0, to: this.#to[to - 1] ?? 0 };
    const at = from === 0 ? 0 : (this.#to[from - 1] ?? 0);
    return { from: at, to: at };
  }
}

const INSERTED = 1;
const CHANGED = 2;

/** Which units of a text, and places between them, edits have taken. The work is the length of the edits, however many there are. */
class TakenPlaces {
  /** Between units 2n, units 2n + 1. */
  readonly #slots: Uint8Array;

  constructor(length: number) {
    this.#slots = new Uint8Array(2 * length + 1);
  }

  /** Takes what an edit changes, unless any of it is taken. Several may put something in at one place. */
  take({ from, to }: Edit): boolean {
    if (from === to) {
      if (this.#slots[2 * from] === CHANGED) return false;
      this.#slots[2 * from] = INSERTED;
      return true;
    }
    const changed = this.#slots.subarray(2 * from + 1, 2 * to);
    if (changed.some((slot) => slot > 0)) return false;
    changed.fill(CHANGED);
    return true;
  }
}

/** Every match of a global `pattern` as an edit; `undefined` leaves it as it is. */
export function edits(
  text: string,
  pattern: RegExp,
  say: (match: RegExpExecArray) => string | undefined,
): Edit[] {
  const found: Edit[] = [];
  for (const match of matchesOf(text, pattern)) {
    const said = say(match);
    if (said !== undefined) found.push({ from: match.index, to: match.index + match[0].length, text: said });
  }
  return found;
}
