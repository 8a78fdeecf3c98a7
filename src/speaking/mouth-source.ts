import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import {
  type AlignableWord,
  type LipEstimator,
  PAUSE_NAMES,
  SoundMouth,
  TextMouth,
  type TimedPhoneme,
} from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import type { SpokenPhoneme, TellsTimings } from '../speech/index.js';
import { NameSettler } from './name-settler.js';
import { UntoldSound } from './untold-sound.js';

/** What is known of a stretch of the sound before it is heard. */
export interface KnownStretch {
  /** Where it begins, milliseconds of the sound. */
  readonly startMs: number;
  readonly tells: TellsTimings;
  /** What is said, where it is known and its words can be turned into phonemes. */
  readonly words?: readonly AlignableWord[] | undefined;
  /** Of an engine that promises phonemes: the words as far as they are known when it turns out that it tells none. */
  readonly spareWords?: (() => readonly AlignableWord[] | undefined) | undefined;
}

export interface MouthSourceOptions {
  readonly onPhonemes: (phonemes: readonly TimedPhoneme[]) => void;
  /** For sound of which nothing else is known. @default SoundMouth */
  readonly estimator?: (() => LipEstimator) | undefined;
  /** Phonemes that go on are told in such pieces: sound waits for the first of them. Infinity: each once, when it is over. @default 20 */
  readonly tellEveryMs?: number | undefined;
  /** For sound that is heard while it comes: promised phonemes are awaited for 200 ms. Left out: to the end of their stretch. */
  readonly clock?: Clock | undefined;
}

/** How well the mouth was known; of several stretches the least. */
export type MouthKind = 'exact' | 'aligned' | 'estimated';
const KINDS: readonly MouthKind[] = ['exact', 'aligned', 'estimated'];

const TELL_EVERY_MS = 20;

interface Ears {
  readonly hears: LipEstimator;
  readonly fromMs: number;
}

/**
 * Finds the phonemes of a sound by the best means there are for each stretch of it: as the engine tells them; aligned, where the
 * text is known; else estimated. Stretches come in order, each before its sound.
 *
 * Sound does not wait for an engine that promises phonemes. Where it tells none for a stretch though its sound has come, the sound
 * is listened to from the beginning of the stretch on, and phonemes that come after that are ignored.
 */
export class MouthSource {
  readonly #options: MouthSourceOptions;
  readonly #coming: KnownStretch[] = [];
  #stretch: KnownStretch | undefined;
  #ears: Ears | undefined;
  /** The stretch whose words are phonemes that an engine told without their times. */
  #guessed: KnownStretch | undefined;
  /** Of the stretch that sounds, where an engine promised its phonemes and told none. */
  readonly #untold: UntoldSound;
  readonly #toldOf = new WeakSet<KnownStretch>();
  /** Of the stretch that sounds, where the engine tells its phonemes. */
  #settler: NameSettler | undefined;
  #heardBytes = 0;
  #knownMs = 0;
  #kind: MouthKind | undefined;

  constructor(options: MouthSourceOptions) {
    this.#options = options;
    this.#untold = new UntoldSound(options.clock);
  }

  /** Of all that was heard so far; undefined before the first stretch. */
  get kind(): MouthKind | undefined {
    return this.#kind;
  }

  /** Whether there is sound of a stretch whose phonemes were promised and did not come yet. */
  get isUntold(): boolean {
    return !this.#untold.isEmpty;
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

  /**
   * Phonemes as the engine tells them, of the stretch that began last. Of names with alternatives the sound chooses, if it is here.
   *
   * @param areExact - else only which they are is known, and the sound tells when. @default true
   */
  told(phonemes: readonly SpokenPhoneme[], areExact = true): void {
    const about = this.#coming.at(-1) ?? this.#stretch;
    const isGuess = !areExact && (about === undefined || isExact(about) || about === this.#guessed);
    if (isGuess && this.#align(about, phonemes)) return;
    if (about !== undefined && !isExact(about)) return;
    if (isGuess) this.#lower('estimated');
    if (about !== undefined && phonemes.length > 0) this.#wasTold(about);
    const settled = about === this.#stretch ? this.#settler?.settle(phonemes) : undefined;
    this.#options.onPhonemes(settled ?? phonemes);
  }

  /** @param pcm - s16le mono 16 kHz, whole samples. */
  hear(pcm: Uint8Array): void {
    let at = 0;
    while (at < pcm.byteLength) {
      this.#enterNext();
      const next = this.#coming[0];
      const untilBytes = next === undefined ? Infinity : bytesUntil(next.startMs) - this.#heardBytes;
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
    return this.#heardBytes / OUTPUT_BYTES_PER_MS;
  }

  #hearPiece(piece: Uint8Array): void {
    this.#heardBytes += piece.byteLength;
    const ears = this.#ears;
    if (ears !== undefined) this.#tell(ears, ears.hears.push(piece), Infinity);
    else if (this.#stretch !== undefined) this.#hearExact(this.#stretch, piece);
  }

  #hearExact(stretch: KnownStretch, piece: Uint8Array): void {
    if (!isExact(stretch)) return;
    this.#settler?.hear(piece);
    if (this.#toldOf.has(stretch)) return;
    this.#untold.push(piece);
    if (this.#untold.isOverdue) this.#listenAfterAll(stretch);
  }

  #wasTold(about: KnownStretch): void {
    this.#toldOf.add(about);
    if (about === this.#stretch) this.#untold.take();
  }

  /** The engine broke its promise. */
  #listenAfterAll({ startMs, words, spareWords }: KnownStretch): void {
    const pieces = this.#untold.take();
    this.#enter({ startMs, tells: 'nothing', words: words ?? spareWords?.() });
    const ears = this.#ears;
    if (ears === undefined) return;
    for (const piece of pieces) this.#tell(ears, ears.hears.push(piece), Infinity);
  }

  /** @returns false: its sound has begun, and nobody listened. */
  #align(about: KnownStretch | undefined, phonemes: readonly TimedPhoneme[]): boolean {
    const words = wordsIn(phonemes);
    if (about === undefined) return false;
    if (about === this.#stretch) {
      const { hears } = this.#ears ?? {};
      if (about === this.#guessed && hears instanceof TextMouth) {
        hears.append(words);
        return true;
      }
      if (this.#heardBytes > bytesUntil(about.startMs)) return false;
    }
    const known = about === this.#guessed ? (about.words ?? []) : [];
    this.#guessed = { startMs: about.startMs, tells: 'nothing', words: [...known, ...words] };
    if (about === this.#stretch) this.#enter(this.#guessed);
    else this.#coming[this.#coming.length - 1] = this.#guessed;
    return true;
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
    if (next === undefined || bytesUntil(next.startMs) > this.#heardBytes) return;
    this.#coming.shift();
    this.#leave(next.startMs);
    this.#enter(next);
  }

  #enter(next: KnownStretch): void {
    this.#stretch = next;
    this.#lower(isExact(next) ? 'exact' : next.words === undefined ? 'estimated' : 'aligned');
    this.#settler = isExact(next) ? new NameSettler(next.startMs) : undefined;
    if (isExact(next)) return;
    const { words, startMs } = next;
    const { tellEveryMs = TELL_EVERY_MS } = this.#options;
    const { estimator = () => new SoundMouth({ tellEveryMs }) } = this.#options;
    this.#ears = {
      hears: words === undefined ? estimator() : new TextMouth({ words, tellEveryMs }),
      fromMs: startMs,
    };
  }

  #lower(kind: MouthKind): void {
    const place = Math.max(KINDS.indexOf(this.#kind ?? 'exact'), KINDS.indexOf(kind));
    this.#kind = KINDS[place];
  }

  #leave(endMs: number): void {
    if (this.isUntold && this.#stretch !== undefined) this.#listenAfterAll(this.#stretch);
    const ears = this.#ears;
    this.#ears = undefined;
    if (ears !== undefined) this.#tell(ears, ears.hears.end(), endMs);
  }
}

function isExact({ tells }: KnownStretch): boolean {
  return tells === 'phonemes';
}

function bytesUntil(ms: number): number {
  return 2 * Math.round((ms * OUTPUT_BYTES_PER_MS) / 2);
}

/** Each row of phonemes between two pauses as a word of one reading. */
function wordsIn(phonemes: readonly TimedPhoneme[]): AlignableWord[] {
  const words: AlignableWord[] = [];
  let reading: string[] = [];
  const end = (isPause: boolean): void => {
    if (reading.length > 0) words.push({ readings: [reading], isPause });
    reading = [];
  };
  for (const { phoneme } of phonemes) {
    if (PAUSE_NAMES.has(phoneme)) end(true);
    else reading.push(phoneme);
  }
  end(false);
  return words;
}
