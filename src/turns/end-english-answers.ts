import type { EndRule } from './end-rule.js';

const PERSON = '(?:i|you|he|she|it|we|they)';
const BE = 'is|are|am|was|were';
const DO = `(?:do|does|did|can|will|would|should|have|has|had|might|must|${BE})`;

/** Whole turns whose end was said before: what is left of a clause when its verb is known. */
export const ENGLISH_ANSWERS: readonly EndRule[] = [
  [
    'finished',
    'short answer',
    /^(?:not )?that (?:i|we) (?:know|knew|can think|could think|heard|'ve heard|have heard|am aware) of$/u,
  ],
  ['finished', 'short answer', /^(?:kind of|sort of|i guess|i wish|as if|if only|you wish)$/u],
  [
    'finished',
    'short answer',
    new RegExp(
      `^(?:and |but |yes |no |yeah |well )?(?:${PERSON} (?:already|always|never|really|still|probably|certainly|sure|usually|often) ${DO}|(?:maybe|perhaps|of course|sure|i think|i guess|i know|i suppose) ${PERSON} ${DO})$(?<!think ${PERSON} \\w+)`,
      'u',
    ),
  ],
  [
    'open',
    'the verb was said before',
    new RegExp(
      `\\b(?:said|says|thought|knew|know|told me|told you|bet|promised|figured|wish|believe|afraid|hoped|(?<!make )sure|glad) ${PERSON} (?:${DO}|could|[a-z]+n't)$(?<!\\b(?:said|says|thought|figured|believe|promised) ${PERSON} (?:${BE}|have|has|had))`,
      'u',
    ),
  ],
  [
    'open',
    'the verb was said before',
    /\b(?:can't wait|wasn't going|asked (?:me|you|him|her|us|them)|told (?:me|you|him|her|us|them) not|not allowed|nobody asked you|weren't going) to$/u,
  ],
  [
    'open',
    'some of it',
    /\b(?:do you have|have you got|are there|is there|don't you have|would you like|can i have|could i have|may i have) (?:some|any)$/u,
  ],
  ['open', 'the verb was said before', new RegExp(`\\b(?:as|than|like|what|way) ${PERSON} used to$`, 'u')],
  [
    'open',
    'question word before',
    /^how (?:long|far|much) (?:do|does|did|is|was|will|should|can|have|are) .* for$/u,
  ],
  ['open', 'question by its tone', /^would you mind$/u],
];
