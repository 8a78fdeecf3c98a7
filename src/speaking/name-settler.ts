import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import { Posteriors, settleNames, type TimedPhoneme } from '../lipsync/index.js';
import type { SpokenPhoneme } from '../speech/index.js';

const FRAME_MS = 10;
/** What came before the first name that is left open: more than an engine's phonemes are behind their sound. */
const KEPT_BYTES = 5000 * OUTPUT_BYTES_PER_MS;

/**
 * Has the sound decide what an engine's phonemes leave open (Azure's Japanese viseme 4 is `u` or `e`), as far as it is here when
 * they are told. Nothing waits: a phoneme of which less than half was heard keeps the engine's first name. The network listens
 * from the first open name on only, so engines that leave none open cost nothing but the last 5 s of sound.
 */
export class NameSettler {
  #fromMs: number;
  #heard: Posteriors | undefined;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;

  /** @param fromMs - where the sound that it hears begins, in that of the phonemes. */
  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** @param pcm - s16le mono 16 kHz; copied. */
  hear(pcm: Uint8Array): void {
    if (this.#heard !== undefined) {
      this.#heard.push(pcm);
      return;
    }
    this.#kept.push(pcm.slice());
    this.#keptBytes += pcm.byteLength;
    while (this.#keptBytes > KEPT_BYTES && this.#kept.length > 1) {
      const bytes = this.#kept.shift()?.byteLength ?? 0;
      this.#keptBytes -= bytes;
      this.#fromMs += bytes / OUTPUT_BYTES_PER_MS;
    }
  }

  /** @throws {InvalidStateError} a name with alternatives, or one of them, is not in MMDAgent-EX's own lip.txt. */
  settle(phonemes: readonly SpokenPhoneme[]): readonly TimedPhoneme[] {
    if (!phonemes.some(isOpen)) return phonemes;
    const heard = this.#listen();
    return phonemes.map((phoneme) => {
      if (!isOpen(phoneme) || !this.#reaches(heard, phoneme)) return phoneme;
      const startMs = phoneme.startMs - this.#fromMs;
      const endMs = phoneme.endMs - this.#fromMs;
      const [settled = phoneme] = settleNames(heard, [{ ...phoneme, startMs, endMs }]);
      return { phoneme: settled.phoneme, startMs: phoneme.startMs, endMs: phoneme.endMs };
    });
  }

  #listen(): Posteriors {
    if (this.#heard !== undefined) return this.#heard;
    const heard = new Posteriors();
    for (const piece of this.#kept.splice(0)) heard.push(piece);
    this.#heard = heard;
    return heard;
  }

  #reaches(heard: Posteriors, { startMs, endMs }: TimedPhoneme): boolean {
    const knownMs = this.#fromMs + heard.frames * FRAME_MS;
    return startMs >= this.#fromMs && knownMs >= Math.max((startMs + endMs) / 2, startMs + FRAME_MS);
  }
}

function isOpen({ orElse = [] }: SpokenPhoneme): boolean {
  return orElse.length > 0;
}
