import type { TurnTrace } from './turn-record.js';

export type TraceStage = keyof TurnTrace;

/** What is known of one stage. All but `count` are of the newest turns, see `TraceBook`; milliseconds after the end of speech. */
export interface StageFigures {
  readonly stage: TraceStage;
  /** Turns that reached it since the beginning. */
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly lastMs: number;
}

/** In the order in which a turn goes through them. */
export const TRACE_STAGES = [
  'endOfTurn',
  'transcript',
  'firstToken',
  'firstClause',
  'firstAudio',
  'sent',
  'heard',
  'interruptedAt',
  'ended',
] as const satisfies readonly TraceStage[];

interface Ring {
  readonly values: number[];
  count: number;
}

const DEFAULT_SIZE = 1000;

/** How long turns take: percentiles of the newest turns for each stage. Memory is bounded by the size; nothing is sorted until asked. */
export class TraceBook {
  readonly #size: number;
  readonly #rings = new Map<TraceStage, Ring>();
  #turns = 0;

  /** @param size - turns that the percentiles look back on. @default 1000 */
  constructor(size = DEFAULT_SIZE) {
    this.#size = size;
  }

  /** Turns so far. */
  get turns(): number {
    return this.#turns;
  }

  /** @returns the stages that this turn reached with their times, for histograms. */
  add(trace: TurnTrace): readonly { readonly stage: TraceStage; readonly ms: number }[] {
    this.#turns++;
    const reached = TRACE_STAGES.flatMap((stage) => {
      const ms = trace[stage];
      return ms === undefined || !Number.isFinite(ms) ? [] : [{ stage, ms }];
    });
    for (const { stage, ms } of reached) this.#note(stage, ms);
    return reached;
  }

  /** Of every stage that any turn reached, in their order. */
  stages(): readonly StageFigures[] {
    return TRACE_STAGES.flatMap((stage) => {
      const ring = this.#rings.get(stage);
      if (ring === undefined) return [];
      const sorted = Float64Array.from(ring.values).sort();
      return [
        {
          stage,
          count: ring.count,
          p50Ms: nearestRank(sorted, 0.5),
          p95Ms: nearestRank(sorted, 0.95),
          maxMs: sorted.at(-1) ?? 0,
          lastMs: ring.values[(ring.count - 1) % this.#size] ?? 0,
        },
      ];
    });
  }

  #note(stage: TraceStage, ms: number): void {
    const ring = this.#rings.get(stage) ?? { values: [], count: 0 };
    ring.values[ring.count % this.#size] = ms;
    ring.count++;
    this.#rings.set(stage, ring);
  }
}

/** The smallest value that at least this share of all does not exceed. @param sorted - not empty. */
function nearestRank(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
