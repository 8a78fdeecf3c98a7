import type { TimedPhoneme } from './timed-phoneme.js';
import { PhonemeList, shown, timingError } from './timing-error.js';

type Value = string | number;

interface Token {
  readonly value: Value;
  readonly line: number;
}

interface Tier {
  readonly name: string;
  readonly intervals: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly line: number;
  }[];
}

/** Praat's own count of tiers has no limit; beyond this the number is damage. */
const MAX_TIERS = 10_000;
const PHONE_TIER = /(^|[^a-z])(phones?|phonemes?|segments?|phon|音素)$/i;

/** Whether Praat wrote it. */
export function looksLikeTextGrid(text: string): boolean {
  return /^\s*(File type\s*=\s*)?"oo\w*File/.test(text) || text.startsWith('ooBinaryFile');
}

/**
 * Reads a Praat TextGrid, long or short: both are the same values in the same order with different words between.
 *
 * Takes the tier whose name is or ends with phones, phonemes, segments, phon or 音素; else the only interval tier.
 *
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - naming the line, or the tiers there are.
 * @source Praat manual, "TextGrid file formats": strings in quotes, free-standing numbers and <flags> count, all else is comment
 */
export function readTextGridTimings(text: string, name: string): readonly TimedPhoneme[] {
  if (text.startsWith('ooBinaryFile'))
    throw timingError(
      name,
      undefined,
      'expected a text file, got a binary TextGrid: save it as text in Praat',
    );
  const tiers = tiersOf(new Values(text, name), name);
  const tier = phoneTier(tiers, name);
  const list = new PhonemeList(name);
  for (const { text: phoneme, start, end, line } of tier.intervals)
    list.add(phoneme, start * 1000, end * 1000, `line ${line}`);
  return list.done(`intervals on tier ${shown(tier.name)}`);
}

function tiersOf(values: Values, name: string): readonly Tier[] {
  values.text('"ooTextFile"');
  const kind = values.text('"TextGrid"');
  if (kind.value !== 'TextGrid')
    throw timingError(name, `line ${kind.line}`, `expected a TextGrid, got a ${shown(kind.value)}`);
  values.number('the start');
  values.number('the end');
  const flag = values.text('<exists>');
  if (flag.value !== '<exists>') throw timingError(name, `line ${flag.line}`, 'expected tiers, got none');
  const count = values.count('the number of tiers', MAX_TIERS);
  return Array.from({ length: count }, () => tierOf(values, name)).filter((tier) => tier !== undefined);
}

/** Undefined for a tier of points, which have no length. */
function tierOf(values: Values, name: string): Tier | undefined {
  const kind = values.text('"IntervalTier" or "TextTier"');
  const isInterval = kind.value === 'IntervalTier';
  if (!isInterval && kind.value !== 'TextTier')
    throw timingError(
      name,
      `line ${kind.line}`,
      `expected "IntervalTier" or "TextTier", got ${shown(kind.value)}`,
    );
  const tierName = values.text('the name of a tier');
  values.number('the start of a tier');
  values.number('the end of a tier');
  const count = values.count('the number of intervals', Number.MAX_SAFE_INTEGER);
  const intervals: { text: string; start: number; end: number; line: number }[] = [];
  for (let index = 0; index < count; index++) {
    const start = values.number('the start of an interval');
    const end = isInterval ? values.number('the end of an interval') : start;
    const { value: text } = values.text('the text of an interval');
    if (isInterval) intervals.push({ text, start: start.value, end: end.value, line: start.line });
  }
  return isInterval ? { name: tierName.value, intervals } : undefined;
}

function phoneTier(tiers: readonly Tier[], name: string): Tier {
  const named = tiers.find((tier) => PHONE_TIER.test(tier.name.trim()));
  if (named !== undefined) return named;
  const [only] = tiers;
  if (only !== undefined && tiers.length === 1) return only;
  const names = tiers.slice(0, 20).map((tier) => shown(tier.name));
  const found = names.length === 0 ? 'no interval tier' : `the interval tiers ${names.join(', ')}`;
  throw timingError(
    name,
    undefined,
    `expected an interval tier named phones (or phonemes, segments), got ${found}: rename the one with phonemes`,
  );
}

/** The values that count, one after the other. */
class Values {
  readonly #name: string;
  readonly #tokens: Iterator<Token, undefined>;
  #line = 1;

  constructor(text: string, name: string) {
    this.#name = name;
    this.#tokens = tokensOf(text);
  }

  text(expected: string): { readonly value: string; readonly line: number } {
    const { value, line } = this.#next(expected);
    if (typeof value !== 'string') throw this.#wrong(expected, value);
    return { value, line };
  }

  number(expected: string): { readonly value: number; readonly line: number } {
    const { value, line } = this.#next(expected);
    if (typeof value !== 'number') throw this.#wrong(expected, value);
    return { value, line };
  }

  count(expected: string, max: number): number {
    const { value } = this.number(expected);
    if (!(Number.isInteger(value) && value >= 0 && value <= max)) throw this.#wrong(expected, value);
    return value;
  }

  #next(expected: string): Token {
    const next = this.#tokens.next();
    if (next.done === true)
      throw timingError(this.#name, `line ${this.#line}`, `expected ${expected}, got the end of the file`);
    this.#line = next.value.line;
    return next.value;
  }

  #wrong(expected: string, got: Value): Error {
    return timingError(this.#name, `line ${this.#line}`, `expected ${expected}, got ${shown(got)}`);
  }
}

function* tokensOf(text: string): Generator<Token, undefined> {
  let line = 1;
  // A string, a comment to the end of the line, a line end, or a word that stands free.
  for (const [word, quoted] of text.matchAll(/"((?:[^"]|"")*)"|!.*|\r\n|\r|\n|[^\s"]+/g)) {
    if (quoted !== undefined) {
      yield { value: quoted.replaceAll('""', '"'), line };
      line += quoted.split(/\r\n|\r|\n/).length - 1;
    } else if (/^[\r\n]/.test(word)) line++;
    else if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) yield { value: Number(word), line };
    else if (/^<\w+>$/.test(word)) yield { value: word, line };
  }
  return undefined;
}
