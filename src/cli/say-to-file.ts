import { writeFile } from 'node:fs/promises';
import type { Pronouncer, SpokenLanguage, SpokenWord } from '../language/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import { type MouthKind, MouthSource, VoiceConverter } from '../speaking/index.js';
import type { SentencePart, SpokenPart, TimedText } from '../speech/index.js';
import { timingsPlace } from './timings-place.js';
import { WavWriter, writeError } from './wav-writer.js';

/** What stands beside the sound, and what `say --out` answers. */
export interface SpokenFile {
  readonly file: string;
  readonly timings: string;
  readonly durationMs: number;
  readonly sampleRateHz: number;
  /** Where the phonemes are from; of several sentences the least sure. */
  readonly lips: MouthKind | undefined;
  readonly sentences: number;
  readonly credits: readonly string[];
}

interface Sentence {
  readonly text: string;
  readonly written: string;
  readonly startMs: number;
  endMs: number;
  readonly engine: string;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  readonly credit: string | undefined;
}

const SPOKEN: readonly SpokenLanguage[] = ['ja', 'en'];

/**
 * Writes speech to a WAV file and, beside it, a JSON file with its phonemes (which `lipsync` and `play` find there), words,
 * sentences and credits, and an HTK label file.
 *
 * Phonemes are the engine's own where it tells them, else aligned with the text or estimated from the sound. Nothing is left
 * behind when it fails or is interrupted.
 *
 * @throws {RequestError} BRIDGE_ERR_FILE_WRITE; what the speech throws.
 */
export async function sayToFile(
  parts: AsyncIterable<SpokenPart>,
  path: string,
  pronouncer: Pronouncer | undefined,
): Promise<SpokenFile> {
  const scribe = new Scribe(path, pronouncer);
  try {
    for await (const part of parts) await scribe.take(part);
    return await scribe.finish();
  } catch (error) {
    await scribe.discard();
    throw error;
  } finally {
    scribe.free();
  }
}

class Scribe {
  readonly #path: string;
  readonly #pronouncer: Pronouncer | undefined;
  readonly #phonemes: TimedPhoneme[] = [];
  readonly #words: TimedText[] = [];
  readonly #characters: TimedText[] = [];
  readonly #sentences: Sentence[] = [];
  readonly #mouth = new MouthSource({
    onPhonemes: (phonemes) => this.#phonemes.push(...phonemes),
    // Nobody waits for them: whole ones are what a file is read for.
    tellEveryMs: Infinity,
  });
  /** Finds the words of a sentence whose phonemes were promised and have not come. */
  #lookUp: (() => Promise<void>) | undefined;
  #wav: WavWriter | undefined;
  #ears: VoiceConverter | undefined;
  #sampleRateHz = 0;

  constructor(path: string, pronouncer: Pronouncer | undefined) {
    this.#path = path;
    this.#pronouncer = pronouncer;
  }

  async take(part: SpokenPart): Promise<void> {
    switch (part.type) {
      case 'start':
        this.#sampleRateHz = part.sampleRateHz;
        this.#wav = await WavWriter.create(this.#path, part.sampleRateHz);
        this.#ears = await VoiceConverter.create(part.sampleRateHz);
        break;
      case 'sentence':
        await this.#begin(part);
        break;
      case 'sentence-end':
        await this.#lookUp?.();
        this.#lookUp = undefined;
        this.#mouth.endStretch(part.endMs);
        for (const sentence of this.#sentences.slice(-1)) sentence.endMs = part.endMs;
        break;
      case 'sound':
        await this.#wav?.write(part.pcm);
        if (this.#ears !== undefined) this.#mouth.hear(this.#ears.push(part.pcm));
        break;
      case 'phonemes':
        this.#lookUp = undefined;
        this.#mouth.told(part.phonemes, part.isExact);
        break;
      case 'words':
        this.#words.push(...part.words);
        break;
      case 'characters':
        this.#characters.push(...part.characters);
        break;
    }
  }

  async finish(): Promise<SpokenFile> {
    if (this.#ears !== undefined) this.#mouth.hear(this.#ears.end());
    this.#mouth.end();
    const wav = this.#wav;
    const durationMs = wav?.durationMs ?? 0;
    await wav?.finish();
    const { json, lab } = timingsPlace(this.#path);
    const credits = [...new Set(this.#sentences.flatMap(({ credit }) => credit ?? []))];
    const lips = this.#mouth.kind;
    const head = {
      file: this.#path,
      timings: json,
      durationMs,
      sampleRateHz: this.#sampleRateHz,
      lips,
    };
    const document = JSON.stringify(this.#document(credits, durationMs), rounded, 1);
    await write(json, `${document}\n`);
    await write(lab, this.#phonemes.map(labelLine).join(''));
    return { ...head, sentences: this.#sentences.length, credits };
  }

  async discard(): Promise<void> {
    await this.#wav?.discard();
  }

  free(): void {
    this.#ears?.free();
  }

  async #begin(part: SentencePart): Promise<void> {
    const { text, written, startMs, engine, voice, language, credit, tells } = part;
    this.#sentences.push({ text, written, startMs, endMs: startMs, engine, voice, language, credit });
    let words: readonly SpokenWord[] | undefined;
    const lookUp = async (): Promise<void> => {
      words = await this.#wordsOf(text, language);
    };
    // Who tells phonemes spares the dictionaries, unless they do not come after all.
    if (tells === 'phonemes') this.#lookUp = lookUp;
    else await lookUp();
    this.#mouth.begin({ startMs, tells, words, spareWords: () => words });
  }

  /** @returns undefined: nobody knows how to say it. */
  async #wordsOf(text: string, language: string | undefined) {
    const spoken = SPOKEN.find((known) => language?.startsWith(known));
    if (language !== undefined && spoken === undefined) return undefined;
    return this.#pronouncer?.pronounce(text, spoken).catch(() => undefined);
  }

  #document(credits: readonly string[], durationMs: number): object {
    const [words, characters] = [this.#words, this.#characters];
    return {
      unit: 'ms',
      durationMs,
      credits,
      sentences: this.#sentences,
      lips: this.#mouth.kind,
      phonemes: this.#phonemes.map(({ phoneme, startMs, endMs }) => ({ phoneme, startMs, endMs })),
      ...(words.length === 0 ? {} : { words }),
      ...(characters.length === 0 ? {} : { characters }),
    };
  }
}

/** A microsecond is a fraction of a sample. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

/** HTK: times in 100 ns. */
function labelLine({ phoneme, startMs, endMs }: TimedPhoneme): string {
  return `${Math.round(startMs * 10_000)} ${Math.round(endMs * 10_000)} ${phoneme}\n`;
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw writeError(path, error);
  }
}
