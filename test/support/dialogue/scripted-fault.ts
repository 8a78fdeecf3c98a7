/**
 * What goes wrong in a scripted engine, and when: before it gives anything, after so much of it, or after all of it. `error`: it throws;
 * `stall`: nothing comes any more, and its signal is ignored; `garbage`: something that is no result; `truncate`: it stops without its end.
 */
export interface ScriptedFault {
  readonly kind: 'error' | 'stall' | 'garbage' | 'truncate';
  readonly when: 'before' | 'during' | 'after';
}

export const FAULT_KINDS = ['error', 'stall', 'garbage', 'truncate'] as const;
export const FAULT_TIMES = ['before', 'during', 'after'] as const;

/** Never comes. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
