import { foldLetters } from './fold-text.js';
import {
  AFTER_HARD,
  BACKCHANNELS,
  BEFORE_HARD,
  BEFORE_PRAISE,
  BEHIND_PRAISE,
  HARD_BEFORE_THOUGHT,
  HARD_OPENINGS,
  HARD_WORDS,
  LAUGHTER,
  NEW_THOUGHTS,
  PRAISE,
  PRAISE_WITHIN,
} from './interjection-words.js';
import type { Interjection } from './judgement.js';
import { PhraseSet, type PhraseSteps, reachable } from './phrase-set.js';
import { spokenClauses, spokenForm } from './spoken-form.js';

export interface JudgeInterjectionOptions {
  /** Both built-in languages are always looked for: people mix them. In other languages only the user's own words are known. */
  readonly language?: string;
  /** The user's own besides the built-in ones; they win over listening noises. */
  readonly hardWords?: readonly string[];
  /** The user's own besides the built-in ones; they win over built-in hard words. */
  readonly backchannels?: readonly string[];
}

const beforeHard = new PhraseSet(BEFORE_HARD);
const hard = new PhraseSet(HARD_WORDS);
const afterHard = new PhraseSet(AFTER_HARD);
const openings = new PhraseSet(HARD_OPENINGS);
const hardBeforeThought = new PhraseSet(HARD_BEFORE_THOUGHT);
/** Beginnings of words are enough: 聞い, わから. */
const thoughts = NEW_THOUGHTS.map(spokenForm);
const listening = new PhraseSet([...BACKCHANNELS, ...LAUGHTER]);
const praise = new PhraseSet(PRAISE);
const praiseWithin = new PhraseSet(PRAISE_WITHIN);
const beforePraise = new PhraseSet(BEFORE_PRAISE);
const behindPraise = new PhraseSet(BEHIND_PRAISE);

/** Before a hard word, and behind one. */
const HARD_STEPS: PhraseSteps = [
  [
    { phrases: beforeHard, to: 0 },
    { phrases: hard, to: 1 },
  ],
  [
    { phrases: beforeHard, to: 0 },
    { phrases: hard, to: 1 },
    { phrases: afterHard, to: 1 },
  ],
];
/** Nobody listens, or stops anybody, with so many letters. */
const MAX_LETTERS = 300;
/** Without its length ううん would be うん, and いいえ praise. */
const NO = /^(?:ううん|いいえ|いえ|いや)+$/u;

/**
 * What is said over the avatar: whether it must stop, may go on, or somebody wants to say something.
 *
 * A hard word stops wherever it is a clause of its own, and where it opens what is said ("wait, what"), not inside a sentence
 * (駅で待ってる, "don't stop"). Listening noises may be many and mixed; one other word among them makes them words.
 *
 * @param text - a transcript, final or so far, as any recognizer writes it.
 */
export function judgeInterjection(text: string, options: JudgeInterjectionOptions = {}): Interjection {
  const clauses = spokenClauses(text);
  if (clauses.length === 0) return 'nothing';
  if (clauses.join('').length > MAX_LETTERS) return 'words';
  const { hardWords = [], backchannels = [] } = options;
  const own = { hard: new PhraseSet(hardWords), backchannel: new PhraseSet(backchannels) };
  const isHard = (clause: string): boolean =>
    isMadeOf(clause, own.hard) || (isHardClause(clause) && !isMadeOf(clause, own.backchannel));
  if (clauses.some(isHard)) return 'stop';
  if (NO.test(foldLetters(text))) return 'words';
  const steps = listeningSteps(own.backchannel);
  if (clauses.every((clause) => isListening(clause, steps))) return 'backchannel';
  return opensHard(clauses[0] ?? '') ? 'stop' : 'words';
}

function isMadeOf(clause: string, phrases: PhraseSet): boolean {
  const [places] = reachable(clause, [[{ phrases, to: 0 }]]);
  return places?.at(-1) === true;
}

function isListening(clause: string, steps: PhraseSteps): boolean {
  const places = reachable(clause, steps);
  return places[0]?.at(-1) === true || places[2]?.at(-1) === true;
}

/** Nothing open; behind words that need praise; behind praise that stands alone; behind praise that does not. */
function listeningSteps(own: PhraseSet): PhraseSteps {
  const anew = [
    { phrases: listening, to: 0 },
    { phrases: own, to: 0 },
    { phrases: praise, to: 2 },
    { phrases: praiseWithin, to: 3 },
    { phrases: beforePraise, to: 1 },
  ];
  const needsPraise = [
    { phrases: beforePraise, to: 1 },
    { phrases: praise, to: 2 },
    { phrases: praiseWithin, to: 2 },
  ];
  const goesOn = { phrases: behindPraise, to: 0 };
  return [anew, needsPraise, [...anew, goesOn], [goesOn]];
}

function isHardClause(clause: string): boolean {
  return reachable(clause, HARD_STEPS)[1]?.at(-1) === true;
}

/** Whether a clause begins with what always stops, or with what stops before another thought. */
function opensHard(clause: string): boolean {
  const [places = []] = reachable(clause, [[{ phrases: beforeHard, to: 0 }]]);
  return places.some((isReached, at) => {
    if (!isReached) return false;
    if (openings.endsAt(clause, at).length > 0) return true;
    return hardBeforeThought
      .endsAt(clause, at)
      .some((end) => thoughts.some((thought) => startsWord(clause, thought, end)));
  });
}

/** Latin thoughts are whole words. */
function startsWord(clause: string, word: string, at: number): boolean {
  return (
    clause.startsWith(word, at) &&
    !(/[a-z0-9]$/.test(word) && /[a-z0-9]/.test(clause.charAt(at + word.length)))
  );
}
