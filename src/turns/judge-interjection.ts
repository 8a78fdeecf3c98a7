import {
  AFTER_HARD,
  BACKCHANNELS,
  BEFORE_HARD,
  HARD_BEFORE_THOUGHT,
  HARD_OPENINGS,
  HARD_WORDS,
  LAUGHTER,
  NEW_THOUGHTS,
} from './interjection-words.js';
import type { Interjection } from './judgement.js';
import { anyOf, spokenClauses } from './spoken-form.js';

export interface JudgeInterjectionOptions {
  /** Both built-in languages are always looked for: people mix them. In other languages only the user's own words are known. */
  readonly language?: string;
  /** The user's own besides the built-in ones; they win over listening noises. */
  readonly hardWords?: readonly string[];
  /** The user's own besides the built-in ones; they win over built-in hard words. */
  readonly backchannels?: readonly string[];
}

const before = `(?:${anyOf(BEFORE_HARD)} ?)*`;
const after = `(?: ?${anyOf(AFTER_HARD)})*`;
const BACKCHANNEL = new RegExp(`^(?:(?:${anyOf(BACKCHANNELS)}|${LAUGHTER}) ?)+$`, 'u');
const HARD = new RegExp(`^(?:${before}${anyOf(HARD_WORDS)}${after} ?)+$`, 'u');
const HARD_START = new RegExp(
  `^${before}(?:${anyOf(HARD_OPENINGS)}|${anyOf(HARD_BEFORE_THOUGHT)} ?${anyOf(NEW_THOUGHTS)})`,
  'u',
);

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
  const { hardWords = [], backchannels = [] } = options;
  if (clauses.length === 0) return 'nothing';
  const isOwnHard = whole(hardWords);
  const isOwnBackchannel = whole(backchannels);
  const isHard = (clause: string): boolean =>
    isOwnHard(clause) || (HARD.test(clause) && !isOwnBackchannel(clause));
  if (clauses.some(isHard)) return 'stop';
  const isListening = clauses.every((clause) => BACKCHANNEL.test(clause) || isOwnBackchannel(clause));
  if (isListening) return 'backchannel';
  return HARD_START.test(clauses[0] ?? '') ? 'stop' : 'words';
}

/** Whether a clause is made of these phrases alone. */
function whole(phrases: readonly string[]): (clause: string) => boolean {
  if (phrases.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${anyOf(phrases)} ?)+$`, 'u');
  return (clause) => pattern.test(clause);
}
