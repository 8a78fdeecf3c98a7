import { TRACE_STAGES, type TurnRecord, type TurnTrace } from '../kept/index.js';

/** What the user waits for in a turn, each stretch with the letter that draws it. */
const STRETCHES = [
  ['endOfTurn', 'e', 'end of turn'],
  ['transcript', 't', 'transcript'],
  ['firstToken', 'm', 'first token'],
  ['firstClause', 'c', 'first clause'],
  ['firstAudio', 'a', 'first audio'],
  ['sent', 's', 'sent'],
  ['heard', 'h', 'heard'],
] as const satisfies readonly (readonly [keyof TurnTrace, string, string])[];

/** What the letters of `waterfall` mean. */
export function waterfallLegend(): string {
  return `Time to: ${STRETCHES.map(([, letter, name]) => `${letter} ${name}`).join(', ')}`;
}

/**
 * How long the user waited for the first sound, milliseconds; undefined for a reply that never sounded.
 */
export function waitMs({ heard, sent, firstAudio }: TurnTrace): number | undefined {
  return heard ?? sent ?? firstAudio;
}

/** The last time of a turn before its sound had begun, for turns in which it never did: 0 when nothing is known. */
export function reachedMs(trace: TurnTrace): number {
  return Math.max(0, ...STRETCHES.map(([stage]) => trace[stage] ?? 0));
}

/**
 * Where the time of one turn went, as letters: each stands for the stage that was waited for. Stages that are not known, or were reached
 * before the stage in front of them, take none.
 *
 * @param fullMs - what the whole width stands for; above 0.
 */
export function waterfall(trace: TurnTrace, fullMs: number, columns: number): string {
  let drawn = '';
  for (const [stage, letter] of STRETCHES) {
    const ms = trace[stage];
    if (ms === undefined || !Number.isFinite(ms)) continue;
    const end = Math.min(columns, Math.round((ms / fullMs) * columns));
    drawn += letter.repeat(Math.max(0, end - drawn.length));
  }
  return drawn;
}

export interface TurnTime extends Pick<TurnRecord, 'turn' | 'by' | 'outcome' | 'startedAtMs' | 'trace'> {
  readonly session: string;
}

/** Turns under each other on one scale, with a head. @param digits - of sessions' ids. */
export function waterfallLines(turns: readonly TurnTime[], digits: number, columns: number): string[] {
  const fullMs = turns.reduce((most, { trace }) => Math.max(most, reachedMs(trace)), 1);
  return [
    waterfallLegend(),
    ...turns.map(({ session, turn, by, outcome, trace }) => {
      const ms = waitMs(trace);
      const head = `${session.slice(0, digits)} ${String(turn).padStart(4)} ${by.padEnd(8)}`;
      const wait = ms === undefined ? '      -' : `${(ms / 1000).toFixed(2).padStart(5)} s`;
      const end = outcome === 'completed' ? '' : `  ${outcome}`;
      return `${head} ${wait}  ${waterfall(trace, fullMs, columns).padEnd(columns)}${end}`.trimEnd();
    }),
  ];
}

/** Whether anything is known of when things happened in it. */
export function hasTimes({ trace }: Pick<TurnRecord, 'trace'>): boolean {
  return TRACE_STAGES.some((stage) => trace[stage] !== undefined);
}
