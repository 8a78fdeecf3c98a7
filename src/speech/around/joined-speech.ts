import { MonoResampler } from '../../audio/index.js';
import type { SpokenPart } from '../spoken-part.js';
import type { SpokenPhoneme, TimedText } from '../synthesizer.js';
import { toFloats, toPcm16 } from './pcm16.js';
import type { PieceBegin, PieceEnd, PiecePart } from './speak-piece.js';

/** What closes the mouth between two sentences. */
const SILENCE = 'sil';
/** A stretch so short is what sums of fractions leave. */
const MIN_STRETCH_MS = 1e-6;

/**
 * Makes one stream of pieces that may have been spoken by different engines: one rate, one count of time.
 *
 * The first piece gives the rate, unless one is asked for; others are resampled to it, which changes no time. Timings go through at
 * once, shifted: lips need them before the sound. Where a piece's phonemes end before its sound, silence fills the rest; where they
 * reach beyond it, those of the next piece begin that much later.
 */
export async function* joinedSpeech(
  parts: AsyncIterable<PiecePart>,
  wantedRateHz: number | undefined,
): AsyncGenerator<SpokenPart> {
  const join = new Join(wantedRateHz);
  try {
    for await (const part of parts) {
      if (part.type === 'begin') yield* join.begin(part);
      else if (part.type === 'end') yield* join.endPiece();
      else yield* join.next(part);
    }
    yield* join.endPiece();
  } finally {
    join.close();
  }
}

class Join {
  #rateHz: number | undefined;
  #isStarted = false;
  /** Of the whole stream, given so far. */
  #samples = 0;
  #index = -1;
  #piece: { readonly begin: PieceBegin; readonly startMs: number } | undefined;
  #resampler: MonoResampler | undefined;
  /** End of the last phoneme given, in the time of the stream. */
  #phonemesEndMs = 0;
  /** Of this piece's phonemes; undefined: it told none. */
  #areExact: boolean | undefined;

  constructor(wantedRateHz: number | undefined) {
    this.#rateHz = wantedRateHz;
  }

  async *begin(begin: PieceBegin): AsyncGenerator<SpokenPart> {
    yield* this.endPiece();
    this.#rateHz ??= begin.sampleRateHz;
    if (begin.sampleRateHz !== this.#rateHz)
      this.#resampler = await MonoResampler.create(begin.sampleRateHz, this.#rateHz);
    const startMs = this.#nowMs();
    this.#piece = { begin, startMs };
    this.#index++;
    const { piece, engine, voice, credit, tells, isCached } = begin;
    if (!this.#isStarted) {
      this.#isStarted = true;
      yield { type: 'start', sampleRateHz: this.#rateHz, ...(credit === undefined ? {} : { credit }) };
    }
    const { text, written, language, place } = piece;
    yield {
      type: 'sentence',
      index: this.#index,
      ...{ text, written, language, engine, voice, credit, tells, isCached, startMs },
      ...(place === undefined ? {} : { place }),
    };
  }

  *next(part: Exclude<PiecePart, PieceBegin | PieceEnd>): Generator<SpokenPart> {
    const offsetMs = this.#piece?.startMs ?? 0;
    switch (part.type) {
      case 'sound':
        yield* this.#sound(part.pcm);
        break;
      case 'phonemes':
        yield* this.#phonemes(part.phonemes, part.isExact, offsetMs);
        break;
      case 'words':
        yield { type: 'words', words: part.words.map((word) => shifted(word, offsetMs)) };
        break;
      case 'characters':
        yield { type: 'characters', characters: part.characters.map((one) => shifted(one, offsetMs)) };
        break;
    }
  }

  /** The rest of the piece, if one was begun. */
  *endPiece(): Generator<SpokenPart> {
    if (this.#piece === undefined) return;
    if (this.#resampler !== undefined) {
      yield* this.#give(toPcm16(this.#resampler.end()));
      this.#resampler.free();
      this.#resampler = undefined;
    }
    const endMs = this.#nowMs();
    if (this.#areExact !== undefined && endMs - this.#phonemesEndMs > MIN_STRETCH_MS) {
      const rest = { phoneme: SILENCE, startMs: this.#phonemesEndMs, endMs };
      yield { type: 'phonemes', phonemes: [rest], isExact: this.#areExact };
      this.#phonemesEndMs = endMs;
    }
    yield { type: 'sentence-end', index: this.#index, endMs };
    this.#piece = undefined;
    this.#areExact = undefined;
  }

  close(): void {
    this.#resampler?.free();
  }

  *#sound(pcm: Uint8Array): Generator<SpokenPart> {
    yield* this.#give(this.#resampler === undefined ? pcm : toPcm16(this.#resampler.push(toFloats(pcm))));
  }

  *#give(pcm: Uint8Array): Generator<SpokenPart> {
    if (pcm.byteLength === 0) return;
    this.#samples += pcm.byteLength / 2;
    yield { type: 'sound', pcm };
  }

  *#phonemes(phonemes: readonly SpokenPhoneme[], isExact: boolean, offsetMs: number): Generator<SpokenPart> {
    this.#areExact = isExact;
    const given: SpokenPhoneme[] = [];
    for (const phoneme of phonemes.map((one) => shifted(one, offsetMs))) {
      const startMs = Math.max(phoneme.startMs, this.#phonemesEndMs);
      if (phoneme.endMs - startMs <= MIN_STRETCH_MS) continue;
      given.push({ ...phoneme, startMs });
      this.#phonemesEndMs = phoneme.endMs;
    }
    if (given.length > 0) yield { type: 'phonemes', phonemes: given, isExact };
  }

  #nowMs(): number {
    return this.#rateHz === undefined ? 0 : (this.#samples * 1000) / this.#rateHz;
  }
}

function shifted<T extends SpokenPhoneme | TimedText>(timed: T, offsetMs: number): T {
  return { ...timed, startMs: timed.startMs + offsetMs, endMs: timed.endMs + offsetMs };
}
