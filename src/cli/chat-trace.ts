import type { TurnTrace } from '../kept/index.js';

/** Stages of a turn as people read them, in the order in which they happen. */
const STAGES: readonly (readonly [keyof TurnTrace, string])[] = [
  ['endOfTurn', 'end of turn'],
  ['transcript', 'transcript'],
  ['firstToken', 'first token'],
  ['firstClause', 'first clause'],
  ['firstAudio', 'first audio'],
  ['sent', 'sent'],
  ['heard', 'heard'],
  ['interruptedAt', 'interrupted'],
  ['ended', 'ended'],
];

/** `first token 0.21 s, sent 0.48 s, …`: when things happened in a turn; '' when nothing is known. */
export function traceText(trace: TurnTrace): string {
  return STAGES.flatMap(([stage, name]) => {
    const ms = trace[stage];
    return ms === undefined ? [] : [`${name} ${seconds(ms)} s`];
  }).join(', ');
}

/** Of one stage over all turns, as `/latency` shows it. */
export function stageLine(figures: {
  readonly stage: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}): string {
  const name = STAGES.find(([stage]) => stage === figures.stage)?.[1] ?? figures.stage;
  return `  ${name.padEnd(14)} p50 ${seconds(figures.p50Ms)} s  p95 ${seconds(figures.p95Ms)} s  (${figures.count})`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
