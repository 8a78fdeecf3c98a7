import { foldLetters } from './fold-text.js';
import type { Interjection } from './judgement.js';

export interface JudgeInterjectionOptions {
  /** `ja`, `en`, …; both languages are always looked for. */
  readonly language?: string;
  /** The user's own, besides the built-in ones; they win over listening noises. */
  readonly hardWords?: readonly string[];
  /** The user's own, besides the built-in ones; they win over built-in hard words. */
  readonly backchannels?: readonly string[];
}

/** What is said over the avatar: whether it must stop, may go on, or has to be told that somebody speaks. */
export function judgeInterjection(text: string, options: JudgeInterjectionOptions = {}): Interjection {
  const letters = foldLetters(text);
  if (letters === '') return 'nothing';
  if (options.hardWords?.some((word) => foldLetters(word) === letters)) return 'stop';
  if (options.backchannels?.some((word) => foldLetters(word) === letters)) return 'backchannel';
  return 'words';
}
