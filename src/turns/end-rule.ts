import type { EndJudgement } from './judgement.js';

/** The first rule of a table that fits decides. */
export type EndRule = readonly [state: EndJudgement['state'], why: string, pattern: RegExp];

export const OPEN: EndJudgement = { state: 'open', why: 'nothing tells' };

export function firstRule(rules: readonly EndRule[], words: string): EndJudgement {
  const rule = rules.find(([, , pattern]) => pattern.test(words));
  return rule === undefined ? OPEN : { state: rule[0], why: rule[1] };
}
