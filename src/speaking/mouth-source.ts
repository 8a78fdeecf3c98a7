import type { LipEstimator, TimedPhoneme } from '../lipsync/index.js';
import type { TellsTimings, TimedText } from '../speech/index.js';

/** What is known of a stretch of the sound before it is heard. */
export interface KnownStretch {
  /** Where it begins, milliseconds of the sound. */
  readonly startMs: number;
  readonly tells: TellsTimings;
  /** What is said, as the engine was given it; undefined: nobody knows. */
  readonly text: string | undefined;
  /** BCP 47; undefined: nobody knows. */
  readonly language: string | undefined;
}

/** Hears a sound of which the text is known. */
export interface LipAligner extends LipEstimator {
  /** Words with their places, milliseconds from the beginning of what it hears, as the engine tells them. */
  told?(words: readonly TimedText[]): void;
}

export interface MouthSourceOptions {
  readonly onPhonemes: (phonemes: readonly TimedPhoneme[]) => void;
  /** For sound of which nothing else is known. */
  readonly estimator: () => LipEstimator;
  /** For sound of which the text is known; undefined where that text cannot be aligned. */
  readonly aligner?: ((text: string, language: string | undefined) => LipAligner | undefined) | undefined;
}

/** How well the mouth was known; of several stretches the least. */
export type MouthKind = 'exact' | 'aligned' | 'estimated';

/** A part of the lips that is shorter than a frame cannot be shown: so far the lips are known beyond the sound that leaves. */
const BEYOND_MS = 40;
const BYTES_PER_MS = 32;

interface Ears {
  readonly hears: LipAligner;
  readonly fromMs: number;
}

/**
 * Finds the phonemes of a sound by the best means there are for each stretch of it: as the engine tells them; aligned, where the
 * text is known; else estimated. Stretches come in order, each before its sound.
 */
export class MouthSource {
  readonly #options: MouthSourceOptions;
  readonly #coming: KnownStretch[] = [];
  #stretch: KnownStretch | undefined;
  #ears: Ears | undefined;
  #heardBytes = 0;
  #knownMs = 0;
  #kind: MouthKind | undefined;

  constructor(options: MouthSourceOptions) {
    this.#options = options;
  }

  /** Of all that was heard so far; undefined before the first stretch. */
  get kind(): MouthKind | undefined {
    return this.#kind;
  }

  /** Sound up to here may leave: its lips are known, or it need not wait for them. */
  get freeMs(): number {
    if (this.#ears === undefined) return this.#coming.find((next) => !isExact(next))?.startMs ?? Infinity;
    return Math.max(this.#ears.fromMs, this.#knownMs - BEYOND_MS);
  }

  /** What comes next; before its sound. */
  begin(stretch: KnownStretch): void {
    this.#coming.push(stretch);
    this.#enterNext();
  }

  /** The stretch ends here, and all its sound was heard. */
  endStretch(endMs: number): void {
    if (this.#coming.length === 0) this.#leave(endMs);
  }

  /** Phonemes as the engine tells them. */
  told(phonemes: readonly TimedPhoneme[]): void {
    if (this.#ears !== undefined && this.#stretch !== undefined && !isExact(this.#stretch)) return;
    this.#options.onPhonemes(phonemes);
  }

  /** Words as the engine tells them. */
  toldWords(words: readonly TimedText[]): void {
    const ears = this.#ears;
    if (ears === undefined) return;
    const shifted = words.map((word) => ({
      ...word,
      startMs: word.startMs - ears.fromMs,
      endMs: word.endMs - ears.fromMs,
    }));
    ears.hears.told?.(shifted);
  }

  /** @param pcm - s16le mono 16 kHz, whole samples. */
  hear(pcm: Uint8Array): void {
    let at = 0;
    while (at < pcm.byteLength) {
      this.#enterNext();
      const next = this.#coming[0];
      const untilBytes = next === undefined ? Infinity : 2 * Math.round(next.startMs * 16) - this.#heardBytes;
      const size = Math.min(pcm.byteLength - at, Math.max(2, untilBytes));
      this.#hearPiece(pcm.subarray(at, at + size));
      at += size;
    }
  }

  /** The sound has ended. */
  end(): void {
    this.#leave(this.#heardMs);
  }

  get #heardMs(): number {
    return this.#heardBytes / BYTES_PER_MS;
  }

  #hearPiece(piece: Uint8Array): void {
    this.#heardBytes += piece.byteLength;
    const ears = this.#ears;
    if (ears !== undefined) this.#tell(ears, ears.hears.push(piece), Infinity);
  }

  #tell(ears: Ears, phonemes: readonly TimedPhoneme[], untilMs: number): void {
    const placed = phonemes
      .map(({ phoneme, startMs, endMs }) => ({
        phoneme,
        startMs: startMs + ears.fromMs,
        endMs: Math.min(endMs + ears.fromMs, untilMs),
      }))
      .filter(({ startMs, endMs }) => endMs > startMs);
    this.#knownMs = Math.max(this.#knownMs, placed.at(-1)?.endMs ?? 0);
    if (placed.length > 0) this.#options.onPhonemes(placed);
  }

  #enterNext(): void {
    const next = this.#coming[0];
    if (next === undefined || 2 * Math.round(next.startMs * 16) > this.#heardBytes) return;
    this.#coming.shift();
    this.#leave(next.startMs);
    this.#stretch = next;
    if (isExact(next)) {
      this.#kind ??= 'exact';
      return;
    }
    const { text, language, startMs } = next;
    const aligner = text === undefined ? undefined : this.#options.aligner?.(text, language);
    this.#ears = { hears: aligner ?? this.#options.estimator(), fromMs: startMs };
    if (aligner === undefined) this.#kind = 'estimated';
    else if (this.#kind !== 'estimated') this.#kind = 'aligned';
  }

  #leave(endMs: number): void {
    const ears = this.#ears;
    this.#ears = undefined;
    if (ears !== undefined) this.#tell(ears, ears.hears.end(), endMs);
  }
}

function isExact({ tells }: KnownStretch): boolean {
  return tells === 'phonemes';
}
