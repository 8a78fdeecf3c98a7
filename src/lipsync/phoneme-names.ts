import { ALPHABETS, type Alphabet } from './alphabets.js';
import { DEFAULT_LIP_TABLE } from './default-lip-table.js';
import type { LipTable } from './lip-table.js';
import { PAUSE_NAMES } from './pause-names.js';
import type { TimedPhoneme } from './timed-phoneme.js';

const MAX_REPORTED = 100;
/** The others look like one of these, and whoever has them knows what they are. */
const CHOICES: readonly Alphabet[] = ['lip', 'espeak', 'espeakJa', 'ipa'];
/** Their names are those of the table, and case does not matter. */
const OWN_NAMES: ReadonlySet<Alphabet> = new Set(['lip', 'arpabet']);
/** One name may hold several sounds in these. */
const WRITTEN_TOGETHER: ReadonlySet<Alphabet> = new Set(['ipa', 'misaki']);
/** Letters of the longest entry. */
const LONGEST_ENTRY = 4;
/** Stress, length, tie and release marks, which say nothing about the mouth. */
const MARKS = /[\p{M}ˈˌː‿ʰʷ'",%=|:~0-9]/gu;
const STARTS_WITH_MARK = new RegExp(`^${MARKS.source}`, 'u');

/**
 * Turns phoneme names of any origin into names that the table has.
 *
 * MMDAgent-EX shows a name it does not know as its first row, a mouth one fifth open, without a word; so none is ever passed
 * on. In this order: the table's own name; what the alphabet says; without stress and length marks; in lower case; the longest
 * beginning that is known; closed. The last two are guesses and are counted in `unknown`.
 */
export class PhonemeNames {
  readonly table: LipTable;
  readonly alphabet: Alphabet;
  readonly #unknown = new Map<string, number>();
  readonly #found = new Map<string, readonly string[]>();

  /** @param alphabet - what the names are; see `alphabetOf`. @default 'lip' */
  constructor(table: LipTable, alphabet: Alphabet = 'lip') {
    this.table = table;
    this.alphabet = alphabet;
  }

  /** Names that were guessed at, with how often they came; at most 100 of them. */
  get unknown(): ReadonlyMap<string, number> {
    return this.#unknown;
  }

  /** One name or more of the table, which share the time evenly. */
  namesFor(name: string): readonly string[] {
    const known = this.#found.get(name) ?? knownNames(name, this.alphabet, this.table);
    if (known !== undefined) return this.#keep(name, known);
    const count = this.#unknown.get(name);
    if (count !== undefined || this.#unknown.size < MAX_REPORTED) this.#unknown.set(name, (count ?? 0) + 1);
    return guessedNames(name, this.alphabet, this.table);
  }

  /** The same time line with the table's names. */
  map(phonemes: readonly TimedPhoneme[]): TimedPhoneme[] {
    return phonemes.flatMap(({ phoneme, startMs, endMs }) => {
      const names = this.namesFor(phoneme);
      const stepMs = (endMs - startMs) / names.length;
      return names.map((name, index) => ({
        phoneme: name,
        startMs: startMs + stepMs * index,
        endMs: index === names.length - 1 ? endMs : startMs + stepMs * (index + 1),
      }));
    });
  }

  #keep(name: string, names: readonly string[]): readonly string[] {
    // A file without sense could hold names without end.
    if (this.#found.size < 1000) this.#found.set(name, names);
    return names;
  }
}

/**
 * The alphabet that knows most of these names; where several do, the one nearest to MMDAgent-EX's own.
 *
 * Looks at the whole list, for one name alone tells nothing: `N` is ん to Open JTalk and `ng` to espeak-ng.
 */
export function alphabetOf(names: Iterable<string>): Alphabet {
  const distinct = new Set<string>();
  for (const name of names) if (distinct.size < 1000) distinct.add(name);
  let best: Alphabet = 'lip';
  let bestCount = -1;
  for (const alphabet of CHOICES) {
    let count = 0;
    for (const name of distinct) if (knownNames(name, alphabet, DEFAULT_LIP_TABLE) !== undefined) count++;
    if (count > bestCount) {
      best = alphabet;
      bestCount = count;
    }
  }
  return best;
}

/** Undefined: a guess is needed. */
function knownNames(name: string, alphabet: Alphabet, table: LipTable): readonly string[] | undefined {
  if (name === '') return [table.closedName];
  const whole = name.normalize('NFC');
  const bare = whole.replace(MARKS, '');
  const tries = OWN_NAMES.has(alphabet) ? [whole, bare, bare.toLowerCase()] : [whole, bare];
  for (const candidate of tries) {
    const names = lookUp(candidate, alphabet, table);
    if (names !== undefined) return names;
  }
  return WRITTEN_TOGETHER.has(alphabet) ? namesOfParts(whole, alphabet, table) : undefined;
}

/** The longest entries that make up the name; undefined when something is left over. */
function namesOfParts(name: string, alphabet: Alphabet, table: LipTable): readonly string[] | undefined {
  const names: string[] = [];
  let rest = name;
  while (rest !== '') {
    let length = LONGEST_ENTRY;
    let found = lookUp(rest.slice(0, length), alphabet, table);
    while (found === undefined && length > 1) found = lookUp(rest.slice(0, --length), alphabet, table);
    if (found === undefined && !STARTS_WITH_MARK.test(rest)) return undefined;
    names.push(...(found ?? []));
    rest = rest.slice(length);
  }
  return names.length === 0 ? undefined : names;
}

function lookUp(name: string, alphabet: Alphabet, table: LipTable): readonly string[] | undefined {
  if (name === '') return undefined;
  if (OWN_NAMES.has(alphabet) && table.has(name)) return [name];
  const targets =
    ALPHABETS[alphabet].get(name) ??
    // A user's table may lack a name that everybody else's has.
    (DEFAULT_LIP_TABLE.has(name) && (OWN_NAMES.has(alphabet) || PAUSE_NAMES.has(name)) ? [name] : undefined);
  return targets?.map((target) => nearestOf(target, table));
}

function guessedNames(name: string, alphabet: Alphabet, table: LipTable): readonly string[] {
  const letters = [...name.replace(MARKS, '')];
  for (let length = Math.min(letters.length - 1, 3); length > 0; length--) {
    const names = knownNames(letters.slice(0, length).join(''), alphabet, table);
    if (names !== undefined) return names;
  }
  return [table.closedName];
}

/** The name itself, or the one of the table whose mouth is most like it. */
function nearestOf(name: string, table: LipTable): string {
  if (table.has(name)) return name;
  if (DEFAULT_LIP_TABLE.isClosed(name)) return table.closedName;
  let best = table.closedName;
  // As good as closed is better: it is a phoneme that opens the mouth.
  let bestDistance = distance(name, best, table) + 1e-9;
  for (const candidate of table.names) {
    const candidateDistance = distance(name, candidate, table);
    if (candidateDistance < bestDistance) {
      best = candidate;
      bestDistance = candidateDistance;
    }
  }
  return best;
}

/** Between a shape of the default table and one of the user's, over the morphs that both have. */
function distance(name: string, candidate: string, table: LipTable): number {
  const weights = table.weightsOf(candidate);
  let squares = 0;
  let isShared = false;
  for (const [index, wanted] of DEFAULT_LIP_TABLE.weightsOf(name).entries()) {
    const at = table.morphs.indexOf(DEFAULT_LIP_TABLE.morphs[index] ?? '');
    if (at < 0) continue;
    isShared = true;
    squares += (wanted - (weights[at] ?? 0)) ** 2;
  }
  if (isShared) return squares;
  return (DEFAULT_LIP_TABLE.openingOf(name) - table.openingOf(candidate)) ** 2;
}
