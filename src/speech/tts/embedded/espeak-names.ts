import { DEFAULT_LIP_TABLE, PhonemeNames, type TimedPhoneme } from '../../../lipsync/index.js';
import type { EspeakEvent } from './espeak-frames.js';
import type { EspeakNaming } from './espeak-units.js';

/** Names of the Japanese voice, which IPA at large takes for others. @source espeak-ng, phsource/ph_japanese */
const JAPANESE = new Map(
  'a ä|i i|u ɯᵝ|e e̞|o o̞|N ɴ|N ŋ|N ũ|cl ʔ|sh ɕ|ch tɕ|ts ts|j dʑ|hy ç|f ɸ|r ɽ|h h|w w|y j'
    .split('|')
    .map((row) => row.split(' '))
    .map(([lip = '', name = '']) => [name.normalize('NFC'), lip] as const),
);
/** Of English: the tap in `water`, the stop in `button`, vowels with an r in them. */
const ENGLISH = new Map([
  ['ɾ', 'd'],
  ['ʔ', 't'],
  ['ɑːɹ', 'aa'],
  ['ɑ̃', 'aa'],
  ['ɔ̃', 'ao'],
]);
/** Consonants that lip.txt has with a following y as well. */
const WITH_Y = new Set(['k', 'g', 'n', 'h', 'b', 'p', 'm', 'r', 't', 'd']);
const STOPS = new Set(['k', 'g', 't', 'd', 'p', 'b']);
const STRESS = /[ˈˌ]/g;
/** `(en)`: from here on by the rules of another language. */
const LANGUAGE = /^\(.*\)$/;

interface Pending {
  readonly name: string;
  readonly naming: EspeakNaming;
  readonly startMs: number;
  lips: readonly string[];
}

/**
 * espeak-ng's phoneme events as a time line with names of lip.txt, while they arrive.
 *
 * A phoneme is final when the next one begins: what follows decides whether a Japanese `k` is `ky`, or the closed half of `kk`.
 */
export class EspeakNames {
  readonly #sampleRateHz: number;
  readonly #ipa = new PhonemeNames(DEFAULT_LIP_TABLE, 'ipa');
  #pending: Pending = { name: '', naming: 'other', startMs: 0, lips: [DEFAULT_LIP_TABLE.closedName] };

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /** Names that no table has, with how often they came. */
  get unknown(): ReadonlyMap<string, number> {
    return this.#ipa.unknown;
  }

  /** @returns What is certain now: contiguous with what was given before, from 0 on. */
  push(events: readonly EspeakEvent[], naming: EspeakNaming): TimedPhoneme[] {
    const done: TimedPhoneme[] = [];
    for (const [sample, told] of events) {
      if (LANGUAGE.test(told)) continue;
      const name = told.replace(STRESS, '').normalize('NFC');
      if (naming === 'ja' && this.#joins(name)) continue;
      const lips = this.#lipsOf(name, naming);
      // A long vowel is said as two.
      if (lips.length === 1 && lips[0] === this.#pending.lips.at(-1)) continue;
      const startMs = Math.max(this.#pending.startMs, (sample * 1000) / this.#sampleRateHz);
      done.push(...finished(this.#pending, startMs));
      this.#pending = { name, naming, startMs, lips };
    }
    return done;
  }

  /** @param samples - of the whole sound. */
  end(samples: number): TimedPhoneme[] {
    return finished(this.#pending, (samples * 1000) / this.#sampleRateHz);
  }

  /** Whether it belongs to the phoneme before; else what it says about that one is kept. */
  #joins(name: string): boolean {
    const before = this.#pending;
    if (name === 'ʲ') {
      const [lip = ''] = before.lips;
      if (WITH_Y.has(lip)) before.lips = [`${lip}y`];
      return true;
    }
    const opens = name.startsWith('t') ? 't' : name.startsWith('d') ? 'd' : name;
    if (before.naming === 'ja' && STOPS.has(before.name) && before.name === opens) before.lips = ['cl'];
    return false;
  }

  #lipsOf(name: string, naming: EspeakNaming): readonly string[] {
    const own = naming === 'ja' ? JAPANESE.get(name) : naming === 'en' ? ENGLISH.get(name) : undefined;
    return own === undefined ? this.#ipa.namesFor(name) : [own];
  }
}

/** Several names share the time evenly. */
function finished({ startMs, lips }: Pending, endMs: number): TimedPhoneme[] {
  if (endMs <= startMs) return [];
  const stepMs = (endMs - startMs) / lips.length;
  return lips.map((phoneme, index) => ({
    phoneme,
    startMs: startMs + stepMs * index,
    endMs: index === lips.length - 1 ? endMs : startMs + stepMs * (index + 1),
  }));
}
