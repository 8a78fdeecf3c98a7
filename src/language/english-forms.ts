import { pastSounds, pluralSounds } from './arpabet.js';
import type { EnglishLexicon } from './english-lexicon.js';

type Readings = readonly (readonly string[])[];
/** What an ending sounds like behind a stem that ends with this. */
type Ending = (last: string | undefined) => readonly string[];

interface Suffix {
  readonly written: RegExp;
  /** What may have stood where the ending is: `''` nothing, `e` a silent e, `y`; `2` a doubled consonant. */
  readonly stems: readonly string[];
  readonly sounds: Ending;
}

const fixed = (sounds: string): Ending => {
  const list = sounds.split(' ');
  return () => list;
};

/** Longest first. */
const SUFFIXES: readonly Suffix[] = [
  { written: /'s$/, stems: [''], sounds: pluralSounds },
  {
    written: /s'$/,
    stems: ['s', ''],
    sounds: (last) => (/^[sz]$/.test(last ?? '') ? [] : pluralSounds(last)),
  },
  { written: /'ll$/, stems: [''], sounds: fixed('ax l') },
  { written: /'ve$/, stems: [''], sounds: fixed('ax v') },
  { written: /'re$/, stems: [''], sounds: fixed('er') },
  { written: /'d$/, stems: [''], sounds: pastSounds },
  { written: /n't$/, stems: [''], sounds: fixed('ax n t') },
  { written: /ies$/, stems: ['y'], sounds: fixed('z') },
  { written: /ied$/, stems: ['y'], sounds: fixed('d') },
  { written: /iest$/, stems: ['y'], sounds: fixed('ax s t') },
  { written: /ier$/, stems: ['y'], sounds: fixed('er') },
  { written: /ily$/, stems: ['y'], sounds: fixed('l iy') },
  { written: /ing$/, stems: ['', 'e', '2'], sounds: fixed('ih ng') },
  { written: /in'$/, stems: ['', 'e', '2'], sounds: fixed('ih n') },
  { written: /ers$/, stems: ['', 'e', '2'], sounds: fixed('er z') },
  { written: /er$/, stems: ['', 'e', '2'], sounds: fixed('er') },
  { written: /est$/, stems: ['', 'e', '2'], sounds: fixed('ax s t') },
  { written: /ed$/, stems: ['', 'e', '2'], sounds: pastSounds },
  { written: /es$/, stems: ['e', ''], sounds: pluralSounds },
  { written: /s$/, stems: [''], sounds: pluralSounds },
  { written: /ally$/, stems: ['al'], sounds: fixed('iy') },
  { written: /ly$/, stems: [''], sounds: fixed('l iy') },
  { written: /ness$/, stems: [''], sounds: fixed('n ax s') },
  { written: /less$/, stems: [''], sounds: fixed('l ax s') },
  { written: /ful$/, stems: [''], sounds: fixed('f ax l') },
  { written: /ment$/, stems: [''], sounds: fixed('m ax n t') },
  { written: /able$/, stems: ['', 'e', '2'], sounds: fixed('ax b ax l') },
  { written: /ish$/, stems: ['', 'e', '2'], sounds: fixed('ih sh') },
  { written: /y$/, stems: ['', 'e', '2'], sounds: fixed('iy') },
];

const PREFIXES: readonly (readonly [written: string, sounds: string])[] = [
  ['counter', 'k aw n t er'],
  ['micro', 'm ay k r ow'],
  ['multi', 'm ah l t iy'],
  ['super', 's uw p er'],
  ['inter', 'ih n t er'],
  ['under', 'ah n d er'],
  ['hyper', 'hh ay p er'],
  ['cyber', 's ay b er'],
  ['over', 'ow v er'],
  ['anti', 'ae n t iy'],
  ['auto', 'ao t ow'],
  ['semi', 's eh m iy'],
  ['mega', 'm eh g ax'],
  ['mini', 'm ih n iy'],
  ['meta', 'm eh t ax'],
  ['pre', 'p r iy'],
  ['non', 'n aa n'],
  ['mis', 'm ih s'],
  ['dis', 'd ih s'],
  ['sub', 's ah b'],
  ['out', 'aw t'],
  ['un', 'ah n'],
  ['re', 'r iy'],
  ['de', 'd iy'],
  ['co', 'k ow'],
];

const SHORTEST_STEM = 2;
const SHORTEST_PART = 3;
/** So many endings and beginnings are taken off. */
const MAX_STEPS = 3;

/**
 * Readings of a word that is built of words the dictionary has: with endings (`blogged's`), beginnings (`unfollow`), or of two words
 * (`chatbot`).
 *
 * @param word - lower case. @returns Empty: it is not.
 */
export function readForms(word: string, lexicon: EnglishLexicon, steps = MAX_STEPS): Readings {
  const known = lexicon(word);
  if (known.length > 0 || steps === 0) return known;
  return firstOf([
    () => withSuffix(word, lexicon, steps),
    () => withPrefix(word, lexicon, steps),
    () => compound(word, lexicon),
  ]);
}

function firstOf(ways: readonly (() => Readings)[]): Readings {
  for (const way of ways) {
    const readings = way();
    if (readings.length > 0) return readings;
  }
  return [];
}

function withSuffix(word: string, lexicon: EnglishLexicon, steps: number): Readings {
  for (const { written, stems, sounds } of SUFFIXES) {
    const at = word.search(written);
    if (at < SHORTEST_STEM) continue;
    const bare = word.slice(0, at);
    for (const stem of stems) {
      const whole = stem === '2' ? undoubled(bare) : bare + stem;
      const readings =
        whole === undefined
          ? []
          : readForms(whole, lexicon, written.source.includes("'") ? steps : steps - 1);
      if (readings.length > 0) return readings.map((reading) => [...reading, ...sounds(reading.at(-1))]);
    }
  }
  return [];
}

function undoubled(stem: string): string | undefined {
  return /([bdfgklmnprstz])\1$/.test(stem) ? stem.slice(0, -1) : undefined;
}

function withPrefix(word: string, lexicon: EnglishLexicon, steps: number): Readings {
  for (const [written, sounds] of PREFIXES) {
    if (!word.startsWith(written) || word.length < written.length + SHORTEST_PART) continue;
    const readings = readForms(word.slice(written.length), lexicon, steps - 1);
    if (readings.length > 0) return readings.map((reading) => [...sounds.split(' '), ...reading]);
  }
  return [];
}

/** Two words of the dictionary; of several ways the one whose shorter word is longest. */
function compound(word: string, lexicon: EnglishLexicon): Readings {
  const cuts = Array.from(
    { length: Math.max(0, word.length - 2 * SHORTEST_PART + 1) },
    (_, index) => index + SHORTEST_PART,
  );
  cuts.sort((a, b) => Math.min(b, word.length - b) - Math.min(a, word.length - a));
  for (const cut of cuts) {
    const [first] = lexicon(word.slice(0, cut));
    const [second] = lexicon(word.slice(cut));
    if (first !== undefined && second !== undefined) return [[...first, ...second]];
  }
  return [];
}
