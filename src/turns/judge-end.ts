import type { EndJudgement } from './judgement.js';

export interface JudgeEndOptions {
  /** `ja`, `en`, `en-US`, …; other languages are judged by their punctuation only. @default the script of the last letter decides */
  readonly language?: string;
}

const ASKS = /[?？][\s"'”’」』）)]*$/u;
const GOES_ON = /(?:[,、，:：;；-]|…|\.\.\.?)\s*$/u;
const ENDS = /[.。．!！][\s"'”’」』）)]*$/u;

/**
 * Whether the words so far are a whole turn.
 *
 * @param text - a transcript, final or so far; with or without punctuation.
 */
export function judgeEnd(text: string, _options: JudgeEndOptions = {}): EndJudgement {
  if (ASKS.test(text)) return { state: 'finished', why: 'question mark' };
  if (GOES_ON.test(text)) return { state: 'unfinished', why: 'comma' };
  if (ENDS.test(text)) return { state: 'finished', why: 'full stop' };
  return { state: 'open', why: 'nothing tells' };
}
