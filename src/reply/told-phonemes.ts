import { PAUSE_NAMES, readPhonemeList, type TimedPhoneme } from '../lipsync/index.js';
import { placeBehind } from './speaking-rate.js';

/** One SYNTH_START: which part of the text it says, when its sound began, and how far into it each phoneme ends. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endsMs: number[];
}

/** What has no sound is left out of what is sent: a text that is nearly as long as the rest is all of it. */
const NEARLY = 0.8;

/**
 * The phonemes that MMDAgent-EX's own voice says, as its plugin tells them for its own mouth (LIPSYNC_START behind SYNTH_EVENT_START),
 * laid over the text. Times are milliseconds of the attempt.
 */
export class ToldPhonemes {
  readonly #from: number;
  readonly #length: number;
  readonly #stretches: Stretch[] = [];

  /** @param from - where of the text of `length` UTF-16 units the attempt began. */
  constructor(from: number, length: number) {
    this.#from = from;
    this.#length = length;
  }

  /** A part of the text begins to be heard. */
  began(said: string, startMs: number): void {
    const from = this.#stretches.at(-1)?.to ?? this.#from;
    const isRest = said.length >= NEARLY * (this.#length - from);
    const to = isRest ? this.#length : Math.min(this.#length, from + said.length);
    this.#stretches.push({ from, to, startMs, endsMs: [] });
  }

  /** @param list - `phoneme,milliseconds,…` of the part that began last; only the first list of a part counts. */
  told(list: string): void {
    const { endsMs } = this.#stretches.at(-1) ?? {};
    if (endsMs === undefined || endsMs.length > 0) return;
    const spoken = phonemesIn(list).filter(({ phoneme }) => !PAUSE_NAMES.has(phoneme));
    endsMs.push(...spoken.map(({ endMs }) => endMs));
  }

  /**
   * How far the text is heard.
   *
   * @param letters - phonemes of each UTF-16 unit of the text.
   * @returns undefined: nothing was told of what is heard then.
   */
  reached(elapsedMs: number, letters: readonly number[]): number | undefined {
    const stretch = this.#stretches.findLast(({ startMs }) => startMs <= elapsedMs);
    if (stretch === undefined || stretch.endsMs.length === 0) return undefined;
    const { from, to, startMs, endsMs } = stretch;
    const over = endsMs.filter((endMs) => endMs <= elapsedMs - startMs).length;
    const all = letters.slice(from, to).reduce((sum, one) => sum + one, 0);
    return placeBehind((over / endsMs.length) * all + 1e-6, letters, stretch);
  }
}

/** A list that is none tells nothing. */
function phonemesIn(list: string): readonly TimedPhoneme[] {
  try {
    return readPhonemeList(list, 'LIPSYNC_START');
  } catch {
    return [];
  }
}
