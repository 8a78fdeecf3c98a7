import type { AlignableWord } from './alignable-word.js';
import { FRAME_MS } from './log-mel.js';
import { classOf } from './phoneme-classes.js';

/** One phoneme of one way to say a word, or a pause, with what may follow. */
export interface GraphNode {
  readonly phoneme: string;
  /** Index of its class in the model. */
  readonly classIndex: number;
  /** Index of its word; of a pause: of the word before it, −1 before the first. */
  readonly word: number;
  readonly isPause: boolean;
  readonly minFrames: number;
  /** Frames it may lie in without cost, both included. */
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly next: readonly GraphArc[];
}

export interface GraphArc {
  readonly node: GraphNode;
  /** Added to the score: natural logarithm of probability, 0 or less. */
  readonly score: number;
}

interface GrowingNode extends GraphNode {
  readonly next: GraphArc[];
}

const MIN_FRAMES = 2;
/** Shorter silence is the closure of a stop. */
const MIN_PAUSE_FRAMES = 5;
const UNLIKELY_PAUSE = -3;
/** Each reading that is less likely than the one before. */
const NEXT_READING = -1;
const DEVOICED = -1.5;
/** How far from its window a word may be, milliseconds. */
const WINDOW_MARGIN_MS = 50;

/** Japanese vowels that lose their voice behind and before these consonants, and what they are then. */
const DEVOICED_NAMES: Readonly<Record<string, string>> = { i: 'I', u: 'U' };
const VOICELESS: ReadonlySet<string> = new Set('k ky s sh t ch ts h hy f p py cl'.split(' '));

/** All ways to say a text: words one after the other, each with its readings, and pauses that may be between them. */
export class WordGraph {
  /** What the sound may begin with. */
  readonly start: readonly GraphArc[];
  readonly #classes: readonly string[];
  /** What the next word may follow; a pause among them. */
  #ends: readonly GrowingNode[];
  #words = 0;

  /** @param classes - of the model. */
  constructor(classes: readonly string[]) {
    this.#classes = classes;
    const nothing = this.#pause(-1);
    const pause = this.#pause(-1);
    nothing.next.push({ node: pause, score: 0 });
    this.start = nothing.next;
    this.#ends = [nothing, pause];
  }

  /** How many words there are so far, also of those that are not spoken. */
  get words(): number {
    return this.#words;
  }

  /** Whether the text, as far as it is known, may end behind this phoneme. */
  isEnd(node: GraphNode): boolean {
    return this.#ends.some((end) => end === node);
  }

  /**
   * More words behind those there are.
   *
   * @throws {InvalidStateError} a phoneme is not in MMDAgent-EX's own lip.txt.
   */
  append(words: readonly AlignableWord[]): void {
    for (const word of words) {
      this.#append(word, this.#words);
      this.#words++;
    }
  }

  #append(word: AlignableWord, index: number): void {
    const readings = word.readings.filter((reading) => reading.length > 0);
    const isLikely = word.isPause === true;
    if (readings.length === 0 && !isLikely) return;
    const said = readings.flatMap((reading, rank) => this.#say(word, index, reading, rank));
    const ends = readings.length === 0 ? this.#ends.filter(({ isPause }) => !isPause) : said;
    const pause = this.#pause(index);
    for (const { next } of ends) next.push({ node: pause, score: isLikely ? 0 : UNLIKELY_PAUSE });
    this.#ends = readings.length === 0 ? [...this.#ends, pause] : [...ends, pause];
  }

  /** @returns The nodes that the reading may end with. */
  #say(word: AlignableWord, index: number, reading: readonly string[], rank: number): readonly GrowingNode[] {
    let before = this.#ends;
    for (const [place, phoneme] of reading.entries()) {
      const first = place === 0 ? NEXT_READING * rank : 0;
      const voiced = this.#node(phoneme, word, index);
      for (const { next } of before) next.push({ node: voiced, score: first });
      const devoicedName = devoicedNameOf(reading, place);
      if (devoicedName === undefined) {
        before = [voiced];
        continue;
      }
      const devoiced = this.#node(devoicedName, word, index);
      for (const { next } of before) next.push({ node: devoiced, score: first + DEVOICED });
      before = [voiced, devoiced];
    }
    return before;
  }

  #node(phoneme: string, { window }: AlignableWord, word: number): GrowingNode {
    const startMs = window?.startMs ?? Number.NEGATIVE_INFINITY;
    const endMs = window?.endMs ?? Number.POSITIVE_INFINITY;
    return {
      phoneme,
      classIndex: this.#classes.indexOf(classOf(phoneme)),
      word,
      isPause: false,
      minFrames: MIN_FRAMES,
      firstFrame: Math.floor((startMs - WINDOW_MARGIN_MS) / FRAME_MS),
      lastFrame: Math.ceil((endMs + WINDOW_MARGIN_MS) / FRAME_MS) - 1,
      next: [],
    };
  }

  #pause(word: number): GrowingNode {
    return {
      phoneme: 'pau',
      classIndex: this.#classes.indexOf('sil'),
      word,
      isPause: true,
      minFrames: MIN_PAUSE_FRAMES,
      firstFrame: Number.NEGATIVE_INFINITY,
      lastFrame: Number.POSITIVE_INFINITY,
      next: [],
    };
  }
}

/** What a vowel in the reading may become between voiceless consonants and at its end; undefined: it stays. */
function devoicedNameOf(reading: readonly string[], place: number): string | undefined {
  const before = reading[place - 1] ?? '';
  const after = reading[place + 1];
  const canLose = VOICELESS.has(before) && (after === undefined || VOICELESS.has(after));
  return canLose ? DEVOICED_NAMES[reading[place] ?? ''] : undefined;
}
