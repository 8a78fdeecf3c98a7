import { azureVisemeTimeline, type Viseme } from '../../../lipsync/index.js';
import { fieldsIn, finiteOf, isFields, textOf } from '../../../vendor/index.js';
import type { SpeechPart, SpokenPhoneme, TimedText } from '../../synthesizer.js';

/** Offsets are in units of 100 ns. */
const TICKS_PER_MS = 10_000;
/** What a viseme sounds like hangs on the two behind it. */
const OPEN_VISEMES = 2;

/**
 * Visemes and words of one utterance as they are told, into parts.
 *
 * A viseme is given out when the two behind it are known, so what is given is final; `end` gives the rest.
 *
 * @source cognitive-services-speech-sdk-js 9e88223 ServiceMessages/SynthesisAudioMetadata.ts, SynthesisAdapterBase.ts
 */
export class SpokenMetadata {
  readonly #text: string;
  readonly #language: string;
  readonly #visemes: Viseme[] = [];
  #givenMs = 0;
  #searchFrom = 0;

  /** @param language - BCP 47 of what is spoken. */
  constructor(text: string, language: string) {
    this.#text = text;
    this.#language = language;
  }

  /** @param body - JSON of one `audio.metadata` message. */
  push(body: unknown): SpeechPart[] {
    const words: TimedText[] = [];
    for (const { Type: type, Data: data } of fieldsIn(isFields(body) ? body['Metadata'] : undefined)) {
      if (!isFields(data)) continue;
      if (type === 'Viseme') this.#takeViseme(data);
      else if (type === 'WordBoundary') words.push(...this.#word(data));
    }
    const open = this.#visemes.at(-OPEN_VISEMES);
    const phonemes = open === undefined ? [] : this.#until(open.startMs, undefined);
    return [
      ...(phonemes.length === 0 ? [] : [{ type: 'phonemes' as const, phonemes, isExact: true }]),
      ...(words.length === 0 ? [] : [{ type: 'words' as const, words }]),
    ];
  }

  /** @param durationMs - of the whole sound. @returns The rest. */
  end(durationMs: number): SpeechPart[] {
    if (this.#visemes.length === 0) return [];
    const phonemes = this.#until(durationMs, durationMs);
    return phonemes.length === 0 ? [] : [{ type: 'phonemes', phonemes, isExact: true }];
  }

  #takeViseme(data: Readonly<Record<string, unknown>>): void {
    const ticks = finiteOf(data['Offset']);
    const id = finiteOf(data['VisemeId']);
    // Pieces of a blend-shape animation come before their viseme.
    if (ticks === undefined || id === undefined || data['IsLastAnimation'] === false) return;
    const startMs = Math.max(0, ticks / TICKS_PER_MS);
    if (startMs >= (this.#visemes.at(-1)?.startMs ?? 0)) this.#visemes.push({ id, startMs });
  }

  #until(limitMs: number, durationMs: number | undefined): SpokenPhoneme[] {
    if (limitMs <= this.#givenMs) return [];
    const line = azureVisemeTimeline(this.#visemes, {
      language: this.#language,
      ...(durationMs === undefined ? {} : { durationMs }),
    });
    const given = line.filter(
      ({ startMs, endMs }) => startMs >= this.#givenMs - 1e-6 && endMs <= limitMs + 1e-6,
    );
    this.#givenMs = given.at(-1)?.endMs ?? this.#givenMs;
    return given;
  }

  #word(data: Readonly<Record<string, unknown>>): TimedText[] {
    const ticks = finiteOf(data['Offset']);
    const spoken = isFields(data['text']) ? data['text'] : {};
    const text = textOf(spoken['Text']);
    const boundary = textOf(spoken['BoundaryType']) ?? 'WordBoundary';
    if (ticks === undefined || text === undefined || boundary !== 'WordBoundary') return [];
    const startMs = Math.max(0, ticks / TICKS_PER_MS);
    const endMs = startMs + Math.max(0, finiteOf(data['Duration']) ?? 0) / TICKS_PER_MS;
    const from = this.#text.indexOf(text, this.#searchFrom);
    if (from === -1) return [{ text, startMs, endMs }];
    this.#searchFrom = from + text.length;
    return [{ text, startMs, endMs, from, to: this.#searchFrom }];
  }
}
