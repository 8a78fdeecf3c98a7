import { editDistances, matchesOf } from '../runtime/index.js';
import { foldLetters, withoutMarksAhead, withoutNumbers } from './fold-text.js';

/** What is compared as one: a word of letters with blanks between words, or one letter of a script without. */
interface Token {
  readonly letters: string;
  /** Its place in the text, UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** Whether a mark stands before it. */
  readonly startsClause: boolean;
}

/** Tokens that both have in a row. */
interface Run {
  readonly heard: number;
  readonly spoken: number;
  readonly count: number;
}

const TOKEN = /[\p{Script=Latin}\p{N}\p{M}'’]+|[^\p{Script=Latin}\p{N}\s]/gu;
const MARK = /\p{P}/u;
const IS_WORD = /^[\p{Script=Latin}\p{N}]/u;
const HAS_WORDS = /[\p{Script=Latin}]/u;
/** The end of a verb that a recognizer heard otherwise. */
const ONE_KANA = /^\p{Script=Hiragana}$/u;
/** Of each text, more than a minute of speech; of more, the last tokens. */
const MAX_TOKENS = 600;
const WORD_WEIGHT = 2;
/** A letter or two on the other side of a mark are those of somebody else's word that ends, or begins, like that. */
const OVER_MARK = 2;
/** Three words or six letters of Japanese in a row are no chance. */
const MIN_WEIGHT = 6;
/** Beside a run, what differs from what was said there by so little is a recognizer's slip: part of the letters. */
const MAX_SLIPS = { words: 0.25, letters: 0.34, between: 0.5 };
/** … or has so many of its pairs of letters. */
const MIN_PAIRS = 0.6;
/** More of it is no slip. */
const MAX_SLIP_LETTERS = 80;

/**
 * What the user said before, between and behind the avatar's words.
 *
 * Only runs of at least three words, or six letters of Japanese, that the avatar said in the same order count as its own, and what
 * stands beside them and is like what it said there: a word of the avatar that the user repeats stays.
 *
 * @returns undefined when there is no such run; '' when nothing else is there.
 */
export function besideOwnRuns(text: string, spokenText: string): string | undefined {
  const heard = tokensOf(text);
  const spoken = tokensOf(spokenText);
  const runs: Run[] = [];
  findRuns(heard, spoken, [0, heard.length, 0, spoken.length], runs);
  if (runs.length === 0) return undefined;
  const pieces: string[] = [];
  for (let gap = 0; gap <= runs.length; gap++) {
    const before = runs[gap - 1];
    const after = runs[gap];
    const first = before === undefined ? 0 : before.heard + before.count;
    const end = after === undefined ? heard.length : after.heard;
    const said = heard.slice(first, end);
    const place = spoken.slice(
      before === undefined ? 0 : before.spoken + before.count,
      after === undefined ? spoken.length : after.spoken,
    );
    const side = before === undefined ? 'before' : after === undefined ? 'behind' : 'between';
    if (said.length === 0 || isSlip(lettersOf(said), lettersOf(place), side)) continue;
    pieces.push(text.slice(heard[first - 1]?.to ?? 0, heard[end]?.from ?? text.length));
  }
  const left = pieces.map(withoutMarksAhead).join(' ');
  return ONE_KANA.test(foldLetters(left)) ? '' : left;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const { 0: token, index } of matchesOf(text, TOKEN)) {
    const letters = foldLetters(token);
    if (letters === '') continue;
    const weight = IS_WORD.test(token) ? WORD_WEIGHT : 1;
    const startsClause = MARK.test(text.slice(tokens.at(-1)?.to ?? 0, index));
    tokens.push({ letters, from: index, to: index + token.length, weight, startsClause });
  }
  return tokens.slice(-MAX_TOKENS);
}

const lettersOf = (tokens: readonly Token[]): string => tokens.map(({ letters }) => letters).join('');

type Ranges = readonly [heardFrom: number, heardTo: number, spokenFrom: number, spokenTo: number];

/** The run that weighs most, and those before and behind it in both. */
function findRuns(heard: readonly Token[], spoken: readonly Token[], ranges: Ranges, runs: Run[]): void {
  const [heardFrom, heardTo, spokenFrom, spokenTo] = ranges;
  const heaviest = heaviestRun(heard, spoken, ranges);
  if (heaviest === undefined) return;
  const run = withinMarks(heaviest, spoken);
  findRuns(heard, spoken, [heardFrom, run.heard, spokenFrom, run.spoken], runs);
  runs.push(run);
  findRuns(heard, spoken, [run.heard + run.count, heardTo, run.spoken + run.count, spokenTo], runs);
}

function heaviestRun(
  heard: readonly Token[],
  spoken: readonly Token[],
  [heardFrom, heardTo, spokenFrom, spokenTo]: Ranges,
): Run | undefined {
  let best: Run | undefined;
  let bestWeight = MIN_WEIGHT - 1;
  let counts = new Uint16Array(spoken.length + 1);
  let weights = new Uint16Array(spoken.length + 1);
  for (let i = heardFrom; i < heardTo; i++) {
    const nextCounts = new Uint16Array(spoken.length + 1);
    const nextWeights = new Uint16Array(spoken.length + 1);
    for (let j = spokenFrom; j < spokenTo; j++) {
      if (heard[i]?.letters !== spoken[j]?.letters) continue;
      const count = (counts[j] ?? 0) + 1;
      const weight = (weights[j] ?? 0) + (heard[i]?.weight ?? 0);
      nextCounts[j + 1] = count;
      nextWeights[j + 1] = weight;
      if (weight <= bestWeight) continue;
      best = { heard: i - count + 1, spoken: j - count + 1, count };
      bestWeight = weight;
    }
    [counts, weights] = [nextCounts, nextWeights];
  }
  return best;
}

function withinMarks({ heard, spoken: from, count }: Run, spoken: readonly Token[]): Run {
  const isMark = (at: number): boolean =>
    spoken[at]?.startsClause === true && spoken[at]?.weight !== WORD_WEIGHT;
  let [ahead, behind] = [0, 0];
  for (let over = 1; over <= OVER_MARK && count > MIN_WEIGHT + over; over++) {
    if (isMark(from + over)) ahead = over;
    if (isMark(from + count - over)) behind = over;
  }
  return { heard: heard + ahead, spoken: from + ahead, count: count - ahead - behind };
}

/** @param place - what the avatar said there: before the run, behind it, or between two. */
function isSlip(said: string, place: string, side: 'before' | 'between' | 'behind'): boolean {
  if (place === '') return false;
  const letters = withoutNumbers(said);
  if (letters === '') return true;
  if (side === 'between' && letters.length === 1) return true;
  const reach = Math.ceil(said.length * 1.5) + 8;
  const near = side === 'before' ? place.slice(-reach) : side === 'behind' ? place.slice(0, reach) : place;
  if (letters !== said && near.includes(letters)) return true;
  if (letters.length > MAX_SLIP_LETTERS) return false;
  if (letters.length > 3 && pairsIn(letters, near) >= MIN_PAIRS) return true;
  if (side === 'between')
    return slips(letters, near, true) <= MAX_SLIPS.between * Math.max(letters.length, near.length);
  const [a, b] = side === 'behind' ? [letters, near] : [reversed(letters), reversed(near)];
  return (
    slips(a, b, false) <= letters.length * (HAS_WORDS.test(letters) ? MAX_SLIPS.words : MAX_SLIPS.letters)
  );
}

/** Share of the pairs of neighbouring letters that the other has. */
function pairsIn(letters: string, other: string): number {
  let shared = 0;
  for (let at = 0; at + 1 < letters.length; at++) if (other.includes(letters.slice(at, at + 2))) shared++;
  return shared / (letters.length - 1);
}

/** Letters that differ between one text and the beginning of another, or all of it. */
function slips(letters: string, other: string, isAll: boolean): number {
  const row = editDistances(letters, other);
  return isAll ? (row.at(-1) ?? 0) : Math.min(...row);
}

const reversed = (text: string): string => [...text].reverse().join('');
