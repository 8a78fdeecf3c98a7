import type { SpokenWord } from '../language/index.js';
import { PAUSE_NAMES, type TimedPhoneme } from '../lipsync/index.js';
import type { SentencePart, TimedText } from '../speech/index.js';
import type { HeardReply } from './reply-voice.js';
import { wholeLetters, wordPlaces } from './word-places.js';

/** So much of a text is over at that time. */
interface Mark {
  readonly atMs: number;
  readonly to: number;
}

interface Marks {
  /** In order of both. */
  readonly marks: readonly Mark[];
  readonly by: HeardReply['by'];
  /** Spread over the sound: nobody told times. */
  readonly isEstimated: boolean;
}

/** What of a sentence is over. */
export interface SentenceCut {
  /** UTF-16 units of its spoken text. */
  readonly position: number;
  readonly by: HeardReply['by'];
  readonly isEstimated: boolean;
}

/** What a way of playing cannot tell at the very end: a part of a unit and of a block that wait for more sound. */
const END_TOLERANCE_MS = 40;
const CLOCK_ERROR_MS = 0.5;
const MS_PER_PHONEME = 75;
const MS_PER_LETTER = { ja: 130, other: 65 };

/**
 * When which part of a sentence is heard, by the best that is known: characters or words as the engine tells them; phonemes, laid
 * over how the text is read; that reading, spread over the sound; the time alone. Times are milliseconds of the reply.
 */
export class SentenceTimes {
  readonly part: SentencePart;
  readonly #characters: TimedText[] = [];
  readonly #words: TimedText[] = [];
  readonly #phonemes: TimedPhoneme[] = [];
  #read: readonly SpokenWord[] | undefined;
  #endMs: number | undefined;

  constructor(part: SentencePart) {
    this.part = part;
  }

  get startMs(): number {
    return this.part.startMs;
  }

  /** Undefined while more of its sound may come. */
  get endMs(): number | undefined {
    return this.#endMs;
  }

  set endMs(ms: number) {
    this.#endMs = ms;
  }

  /** How its text is read, once that is known. */
  set read(words: readonly SpokenWord[] | undefined) {
    this.#read = words;
  }

  characters(timed: readonly TimedText[]): void {
    this.#characters.push(...timed);
  }

  words(timed: readonly TimedText[]): void {
    this.#words.push(...timed);
  }

  /** As its engine tells them, or as they were laid over the sound. */
  phonemes(timed: readonly TimedPhoneme[]): void {
    this.#phonemes.push(...timed.filter(({ phoneme }) => !PAUSE_NAMES.has(phoneme)));
  }

  isOver(heardMs: number): boolean {
    return this.#endMs !== undefined && heardMs >= this.#endMs - END_TOLERANCE_MS;
  }

  /** @param soundMs - how far the sound of the reply is there. */
  cut(heardMs: number, soundMs: number): SentenceCut {
    const { text } = this.part;
    if (this.isOver(heardMs)) return { position: text.length, by: 'whole', isEstimated: false };
    const { marks, by, isEstimated } = this.#marks(soundMs);
    const last = marks.findLast(({ atMs }) => atMs <= heardMs + CLOCK_ERROR_MS);
    const position = last === undefined ? 0 : wholeLetters(text, last.to);
    return position === 0 ? { position, by: 'whole', isEstimated: false } : { position, by, isEstimated };
  }

  /**
   * From where to say it again when it was cut off: the last border of a word that was heard. Undefined: nobody knows its words.
   *
   * @param mayShare - whether a border in proportion of time is better than none.
   * @returns Milliseconds of the reply; what was heard, where it is over.
   */
  lastBorderMs(heardMs: number, soundMs: number, mayShare = false): number | undefined {
    if (this.isOver(heardMs)) return heardMs;
    const { marks, by } = this.#marks(soundMs);
    if (by === 'share' && !mayShare) return undefined;
    const places = this.#read ?? wordPlaces(this.part.text, this.part.language);
    let borderMs = this.startMs;
    for (const { from, to } of places) {
      for (const position of [from, to]) {
        const atMs = position === 0 ? this.startMs : marks.find((mark) => mark.to >= position)?.atMs;
        if (atMs !== undefined && atMs <= heardMs + CLOCK_ERROR_MS) borderMs = Math.max(borderMs, atMs);
      }
    }
    return Math.min(borderMs, heardMs);
  }

  #marks(soundMs: number): Marks {
    const told = { isEstimated: false };
    if (this.#characters.length > 0)
      return { ...told, marks: this.#placed(this.#characters), by: 'character' };
    if (this.#words.length > 0) return { ...told, marks: this.#placed(this.#words), by: 'word' };
    const read = this.#read?.filter(({ readings }) => (readings[0]?.length ?? 0) > 0) ?? [];
    if (read.length > 0 && this.#phonemes.length > 0)
      return { ...told, marks: this.#ofPhonemes(read), by: 'phoneme' };
    if (read.length > 0) return { marks: this.#ofReading(read, soundMs), by: 'phoneme', isEstimated: true };
    return { marks: this.#ofTime(soundMs), by: 'share', isEstimated: true };
  }

  /** An engine that tells no places tells them in order. */
  #placed(timed: readonly TimedText[]): Mark[] {
    const marks: Mark[] = [];
    let at = 0;
    for (const { text, startMs, endMs, from, to } of timed) {
      const found = from ?? this.part.text.indexOf(text, at);
      if (found < 0) continue;
      at = Math.max(at, to ?? found + text.length);
      marks.push({ atMs: startMs, to: found }, { atMs: endMs, to: at });
    }
    return marks;
  }

  /** The engine may read it otherwise: its phonemes are spread over those of the reading, as many as there are. */
  #ofPhonemes(read: readonly SpokenWord[]): Mark[] {
    const ends = phonemeEnds(read);
    const lastMs = this.#phonemes.at(-1)?.endMs ?? 0;
    const areAll = this.#endMs !== undefined && this.#endMs - lastMs < 400;
    const perPhoneme = areAll ? ends.length / this.#phonemes.length : 1;
    const marks: Mark[] = [];
    for (const [index, { startMs, endMs }] of this.#phonemes.entries()) {
      const before = Math.round(index * perPhoneme);
      const next = Math.min(ends.length, Math.round((index + 1) * perPhoneme));
      const begun = wordBegunAt(read, ends[before - 1]);
      if (begun !== undefined) marks.push({ atMs: startMs, to: begun });
      marks.push({ atMs: endMs, to: ends[next - 1] ?? 0 });
    }
    return marks;
  }

  #ofReading(read: readonly SpokenWord[], soundMs: number): Mark[] {
    const ends = phonemeEnds(read);
    const durationMs = this.#durationMs(ends.length * MS_PER_PHONEME, soundMs);
    const atMs = (index: number): number => this.startMs + (index * durationMs) / ends.length;
    return ends.flatMap((to, index) => {
      const begun = wordBegunAt(read, ends[index - 1]);
      const end = { atMs: atMs(index + 1), to };
      return begun === undefined ? [end] : [{ atMs: atMs(index), to: begun }, end];
    });
  }

  #ofTime(soundMs: number): Mark[] {
    const { text, language } = this.part;
    const perLetterMs = language?.startsWith('ja') === true ? MS_PER_LETTER.ja : MS_PER_LETTER.other;
    const durationMs = this.#durationMs(text.length * perLetterMs, soundMs);
    return Array.from({ length: text.length }, (_, index) => ({
      atMs: this.startMs + ((index + 1) * durationMs) / text.length,
      to: index + 1,
    }));
  }

  /** While it is not known how long it is: as long as such a text takes, or as its sound already is. */
  #durationMs(expectedMs: number, soundMs: number): number {
    if (this.#endMs !== undefined) return Math.max(1, this.#endMs - this.startMs);
    return Math.max(1, expectedMs, soundMs - this.startMs);
  }
}

/** How much of the text is over when each phoneme of its reading is: of a word in proportion. */
function phonemeEnds(read: readonly SpokenWord[]): readonly number[] {
  return read.flatMap(({ from, to, readings }) => {
    const count = readings[0]?.length ?? 0;
    return Array.from({ length: count }, (_, index) => from + ((index + 1) * (to - from)) / count);
  });
}

/** Where the word begins whose first phoneme comes when the text up to `position` is over; undefined: inside a word. */
function wordBegunAt(read: readonly SpokenWord[], position = 0): number | undefined {
  if (position > 0 && !read.some(({ to }) => to === position)) return undefined;
  return read.find(({ from }) => from >= position)?.from;
}
