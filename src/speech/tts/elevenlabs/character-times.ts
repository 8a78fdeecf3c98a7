import { type Fields, finiteOf, isFields } from '../../../vendor/index.js';
import type { TimedText } from '../../synthesizer.js';

/** A step backwards by more starts the count anew; less is rounding. */
const BACKWARDS_MS = 1;

/**
 * Characters with their times out of the pieces of one answer.
 *
 * `normalized_alignment` is what was spoken (numbers in words); where it is the text as written, each character has its place in
 * it. Times of a piece may count from the beginning of the sound or of the piece: one that begins before the last one ended is of
 * the second kind and is moved behind it.
 *
 * @source elevenlabs-python 54e5899 types/streaming_audio_chunk_with_timestamps_response.py, character_alignment_response_model.py
 */
export class CharacterTimes {
  readonly #text: string;
  #written = 0;
  #isAsWritten = true;
  #lastStartMs = 0;
  #endMs = 0;

  /** @param text - of the request. */
  constructor(text: string) {
    this.#text = text;
  }

  /** @returns What this piece tells; may be empty. */
  push(piece: Fields): TimedText[] {
    const spoken = alignmentIn(piece['normalized_alignment']) ?? alignmentIn(piece['alignment']);
    if (spoken === undefined || spoken.length === 0) return [];
    const isAnew = (spoken[0]?.startMs ?? 0) < this.#lastStartMs - BACKWARDS_MS;
    const offsetMs = isAnew ? this.#endMs : 0;
    return spoken.map(({ text, startMs, endMs }) => {
      const start = Math.max(this.#lastStartMs, startMs + offsetMs);
      const end = Math.max(start, endMs + offsetMs);
      this.#lastStartMs = start;
      this.#endMs = Math.max(this.#endMs, end);
      return { text, startMs: start, endMs: end, ...this.#place(text) };
    });
  }

  /** Follows the text as long as it is what is spoken. */
  #place(text: string): { readonly from: number; readonly to: number } | undefined {
    const from = this.#written;
    // It puts a blank before and behind what it speaks, which is none of the text.
    if (text === ' ' && !this.#text.startsWith(' ', from)) return undefined;
    this.#isAsWritten &&= this.#text.startsWith(text, from);
    if (!this.#isAsWritten) return undefined;
    this.#written += text.length;
    return { from, to: this.#written };
  }
}

interface Character {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

function alignmentIn(value: unknown): readonly Character[] | undefined {
  if (!isFields(value)) return undefined;
  const characters: unknown = value['characters'];
  const starts: unknown = value['character_start_times_seconds'];
  const ends: unknown = value['character_end_times_seconds'];
  if (!Array.isArray(characters) || !Array.isArray(starts) || !Array.isArray(ends)) return undefined;
  return characters.flatMap((text: unknown, index) => {
    const start = finiteOf(starts[index]);
    const end = finiteOf(ends[index]);
    if (typeof text !== 'string' || text === '' || start === undefined || end === undefined) return [];
    return [{ text, startMs: start * 1000, endMs: Math.max(start, end) * 1000 }];
  });
}
