import {
  type AlignableWord,
  type LipEstimator,
  SoundMouth,
  TextMouth,
  type TimedPhoneme,
} from '../lipsync/index.js';
import type { TellsTimings } from '../speech/index.js';

/** What is known of a stretch of the sound before it is heard. */
export interface KnownStretch {
  /** Where it begins, milliseconds of the sound. */
  readonly startMs: number;
  readonly tells: TellsTimings;
  /** What is said, where it is known and its words can be turned into phonemes. */
  readonly words?: readonly AlignableWord[] | undefined;
}

export interface MouthSourceOptions {
  readonly onPhonemes: (phonemes: readonly TimedPhoneme[]) => void;
  /** For sound of which nothing else is known. @default SoundMouth */
  readonly estimator?: (() => LipEstimator) | undefined;
}

/** How well the mouth was known; of several stretches the least. */
export type MouthKind = 'exact' | 'aligned' | 'estimated';

/** What goes on is told in such pieces: sound waits for the first of them. */
const TELL_EVERY_MS = 20;
const BYTES_PER_MS = 32;

interface Ears {
  readonly hears: LipEstimator;
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
    return Math.max(this.#ears.fromMs, this.#knownMs);
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
    const { words, startMs } = next;
    const { estimator = () => new SoundMouth({ tellEveryMs: TELL_EVERY_MS }) } = this.#options;
    this.#ears = {
      hears: words === undefined ? estimator() : new TextMouth({ words, tellEveryMs: TELL_EVERY_MS }),
      fromMs: startMs,
    };
    if (words === undefined) this.#kind = 'estimated';
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
