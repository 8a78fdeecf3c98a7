import type { Pronouncer, SpokenLanguage } from '../language/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import type { SentencePart, SpeechPart, SpokenPart } from '../speech/index.js';
import type { PieceSpan, ReplyText } from './reply-text.js';
import type { HeardReply, SpokenPiece } from './reply-voice.js';
import { SentenceTimes } from './sentence-times.js';

const SPOKEN: readonly SpokenLanguage[] = ['ja', 'en'];

/** What was given to be said, and where of the sound each of it is: what was heard, told in the text as it was given. */
export class HeardText implements ReplyText {
  readonly #pronouncer: Pronouncer | undefined;
  readonly #pieces: SpokenPiece[] = [];
  /** By piece. */
  readonly #sentences: SentenceTimes[][] = [];
  #last: SentenceTimes | undefined;
  #isAllKnown = false;

  constructor(pronouncer: Pronouncer | undefined) {
    this.#pronouncer = pronouncer;
  }

  get pieces(): number {
    return this.#pieces.length;
  }

  push(piece: SpokenPiece): void {
    this.#pieces.push(piece);
  }

  piece(index: number): SpokenPiece | undefined {
    const piece = this.#pieces[index];
    const language = piece?.language ?? this.#sentences[index]?.[0]?.part.language;
    return piece === undefined ? undefined : { text: piece.text, language };
  }

  /** No more sentences will come: pieces without any have no words. */
  allKnown(): void {
    this.#isAllKnown = true;
  }

  part(part: SpeechPart | SpokenPart): void {
    switch (part.type) {
      case 'sentence':
        this.#begin(part);
        break;
      case 'sentence-end':
        if (this.#last !== undefined) this.#last.endMs = part.endMs;
        break;
      case 'words':
        this.#last?.words(part.words);
        break;
      case 'characters':
        this.#last?.characters(part.characters);
        break;
      case 'phonemes':
        if (part.isExact && this.#last?.part.tells === 'phonemes') this.#last.phonemes(part.phonemes);
        break;
      case 'start':
      case 'sound':
        break;
    }
  }

  /** Phonemes as the lips have them: of sentences whose engine tells none, laid over their sound. */
  lips(phonemes: readonly TimedPhoneme[]): void {
    for (const phoneme of phonemes) {
      const sentence = this.#sentenceAt(phoneme.startMs);
      if (sentence !== undefined && sentence.part.tells !== 'phonemes') sentence.phonemes([phoneme]);
    }
  }

  /** Undefined while nothing is known of it. */
  span(index: number): PieceSpan | undefined {
    const sentences = this.#sentences[index];
    const first = sentences?.[0];
    const last = sentences?.at(-1);
    if (first !== undefined && last !== undefined) {
      const isWhole = last.part.place?.isLast !== false;
      return { startMs: first.startMs, endMs: isWhole ? last.endMs : undefined };
    }
    // It has no words, once what comes behind it is known.
    const next = this.#sentences.slice(index + 1).find((some) => (some?.length ?? 0) > 0)?.[0];
    if (next !== undefined) return { startMs: next.startMs, endMs: next.startMs };
    if (!this.#isAllKnown || index >= this.#pieces.length) return undefined;
    const endMs = this.#last?.endMs ?? 0;
    return { startMs: endMs, endMs };
  }

  /** @param soundMs - how far the sound is there. */
  heard(heardMs: number, soundMs: number): HeardReply {
    let pieces = 0;
    while (pieces < this.#pieces.length && this.#isOver(pieces, heardMs)) pieces++;
    const piece = this.#pieces[pieces];
    const cut = piece === undefined ? undefined : this.#cut(pieces, piece.text, heardMs, soundMs);
    const { units, by, isEstimated } = cut ?? { units: 0, by: 'whole' as const, isEstimated: false };
    const before = this.#pieces.slice(0, pieces).map(({ text }) => text);
    const text = `${before.join('')}${piece?.text.slice(0, units) ?? ''}`;
    return { pieces, units, text, heardMs, by, ...(isEstimated && { isEstimated }) };
  }

  /** From where to go on with what was cut off; undefined: its words are not known. */
  lastBorderMs(heardMs: number, soundMs: number): number | undefined {
    const sentence = this.#sentenceAt(heardMs);
    return sentence === undefined ? heardMs : sentence.lastBorderMs(heardMs, soundMs);
  }

  /** As `lastBorderMs`, in proportion of time where nothing better is known. */
  sharedBorderMs(heardMs: number, soundMs: number): number {
    return this.#sentenceAt(heardMs)?.lastBorderMs(heardMs, soundMs, true) ?? heardMs;
  }

  /** Where the sentence begins that is heard then. */
  sentenceStartMs(heardMs: number): number {
    return this.#sentenceAt(heardMs)?.startMs ?? heardMs;
  }

  #begin(part: SentencePart): void {
    const sentence = new SentenceTimes(part);
    const index = part.place?.piece ?? 0;
    const sentences = this.#sentences[index] ?? [];
    this.#sentences[index] = sentences;
    sentences.push(sentence);
    this.#last = sentence;
    void this.#read(sentence);
  }

  async #read(sentence: SentenceTimes): Promise<void> {
    const { text, language } = sentence.part;
    const spoken = SPOKEN.find((known) => language?.startsWith(known));
    if (this.#pronouncer === undefined || (language !== undefined && spoken === undefined)) return;
    sentence.read = await this.#pronouncer.pronounce(text, spoken).catch(() => undefined);
  }

  #sentenceAt(ms: number): SentenceTimes | undefined {
    const begun = this.#sentences.flat().findLast(({ startMs }) => startMs <= ms);
    return begun?.endMs !== undefined && begun.endMs <= ms ? undefined : begun;
  }

  #isOver(index: number, heardMs: number): boolean {
    const sentences = this.#sentences[index];
    const last = sentences?.at(-1);
    if (last !== undefined) return last.part.place?.isLast !== false && last.isOver(heardMs);
    const span = this.span(index);
    return span?.endMs !== undefined && heardMs >= span.endMs - 0.5;
  }

  #cut(
    index: number,
    written: string,
    heardMs: number,
    soundMs: number,
  ): Pick<HeardReply, 'units' | 'by' | 'isEstimated'> | undefined {
    const sentence = this.#sentences[index]?.findLast(({ startMs }) => startMs <= heardMs);
    if (sentence === undefined) return undefined;
    const { position, by, isEstimated } = sentence.cut(heardMs, soundMs);
    const units = position === 0 && sentence.part.place === undefined ? 0 : sourceOf(sentence, position);
    return units === 0
      ? { units, by: 'whole', isEstimated: false }
      : { units: Math.min(units, written.length), by, isEstimated };
  }
}

function sourceOf({ part }: SentenceTimes, position: number): number {
  return part.place?.sourceAt(position) ?? position;
}
