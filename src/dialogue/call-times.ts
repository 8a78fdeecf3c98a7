import type { ToolNews } from './turn.js';

export interface CallTime {
  /** When the tool was asked; monotonic. */
  readonly atMs: number;
  /** Until its result was there; undefined: it never was. */
  readonly tookMs: number | undefined;
}

/** When the tools of one turn were called and answered. Models give later calls the ids of earlier ones: those are told apart by order. */
export class CallTimes {
  readonly #calls = new Map<string, CallTime[]>();

  note({ callId, stage }: Pick<ToolNews, 'callId' | 'stage'>, nowMs: number): void {
    const calls = this.#calls.get(callId) ?? [];
    this.#calls.set(callId, calls);
    if (stage === 'called') calls.push({ atMs: nowMs, tookMs: undefined });
    else if (stage === 'result') {
      const index = calls.findIndex(({ tookMs }) => tookMs === undefined);
      const call = calls[index];
      if (call !== undefined) calls[index] = { ...call, tookMs: nowMs - call.atMs };
    }
  }

  /** @param before - how many calls of the turn had this id before. @returns undefined: it was not run. */
  of(callId: string, before: number): CallTime | undefined {
    return this.#calls.get(callId)?.[before];
  }
}
