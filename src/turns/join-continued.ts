import { JAPANESE } from './fold-text.js';
import { judgeEnd } from './judge-end.js';

/** What recognizers put at the end of everything, sentence or not. */
const CLOSING = /(?<![.。．])[.。．]+$/u;

/**
 * Two transcripts of one utterance that was cut, or went on after a pause.
 *
 * Languages that are written with blanks get one, Japanese gets none. Recognizers end every piece with a full stop: where the words
 * before it plainly go on, it is taken away.
 */
export function joinContinued(earlier: string, later: string): string {
  const [first, second] = [earlier.trim(), later.trim()];
  if (first === '' || second === '') return first + second;
  const bare = first.replace(CLOSING, '');
  const isBroken = bare !== first && bare !== '' && judgeEnd(bare).state === 'unfinished';
  const head = isBroken ? bare : first;
  const needsBlank = !JAPANESE.test(head.at(-1) ?? '') && !JAPANESE.test(second.at(0) ?? '');
  return `${head}${needsBlank ? ' ' : ''}${second}`;
}
