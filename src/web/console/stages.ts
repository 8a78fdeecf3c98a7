/** In the order in which a turn goes through them. */
export const STAGES = [
  'endOfTurn',
  'transcript',
  'firstToken',
  'firstClause',
  'firstAudio',
  'sent',
  'heard',
  'interruptedAt',
  'ended',
] as const;

export type Stage = (typeof STAGES)[number];
export type Trace = Readonly<Record<string, number>>;

/** One bar of a waterfall: from where the stage before was reached to where this one was. */
export interface Bar {
  readonly stage: Stage;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The bars of one turn, by time. The first begins when the words were complete (0), or before where something was ready early.
 *
 * @param trace - milliseconds by stage; what is no stage or no number is left out.
 */
export function barsOf(trace: Trace): Bar[] {
  const reached = STAGES.flatMap((stage, order) => {
    const ms = trace[stage];
    return ms === undefined || !Number.isFinite(ms) ? [] : [{ stage, ms, order }];
  }).sort((one, other) => one.ms - other.ms || one.order - other.order);
  let fromMs = Math.min(0, reached[0]?.ms ?? 0);
  return reached.map(({ stage, ms }) => {
    const bar = { stage, fromMs, toMs: ms };
    fromMs = ms;
    return bar;
  });
}

/** What all bars lie within. */
export function extentOf(bars: readonly Bar[]): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Math.min(0, ...bars.map((bar) => bar.fromMs));
  return { fromMs, toMs: Math.max(fromMs + 1, ...bars.map((bar) => bar.toMs)) };
}

export interface StageFigures {
  readonly stage: Stage;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the newest turn that reached it; undefined where only sums are known. */
  readonly lastMs: number | undefined;
}

/** Percentiles by nearest rank, of each stage that any turn reached. @param traces - oldest first. */
export function figuresOf(traces: readonly Trace[]): StageFigures[] {
  return STAGES.flatMap((stage) => {
    const values = traces.flatMap((trace) => {
      const ms = trace[stage];
      return ms === undefined || !Number.isFinite(ms) ? [] : [ms];
    });
    const lastMs = values.at(-1);
    if (lastMs === undefined) return [];
    const sorted = [...values].sort((one, other) => one - other);
    const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return [{ stage, count: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95), lastMs }];
  });
}

const BUCKET = /^bridge_turn_stage_seconds_bucket\{([^}]*)\} (\d+(?:\.\d+)?)$/gm;

/** The same of a histogram in the text format of Prometheus: within a bucket, times are taken to lie evenly. */
export function figuresOfMetrics(text: string): StageFigures[] {
  const byStage = new Map<string, { readonly upToMs: number; readonly count: number }[]>();
  for (const [, labels = '', count] of text.matchAll(BUCKET)) {
    const stage = /stage="([^"]*)"/.exec(labels)?.[1];
    const le = /le="([^"]*)"/.exec(labels)?.[1];
    if (stage === undefined || le === undefined) continue;
    const upToMs = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le) * 1000;
    byStage.set(stage, [...(byStage.get(stage) ?? []), { upToMs, count: Number(count) }]);
  }
  return STAGES.flatMap((stage) => {
    const buckets = [...(byStage.get(stage) ?? [])].sort((one, other) => one.upToMs - other.upToMs);
    const count = buckets.at(-1)?.count ?? 0;
    if (count === 0) return [];
    const at = (share: number): number => withinBuckets(buckets, share * count);
    return [{ stage, count, p50Ms: at(0.5), p95Ms: at(0.95), lastMs: undefined }];
  });
}

/** @param buckets - cumulative, by rising bound. */
function withinBuckets(
  buckets: readonly { readonly upToMs: number; readonly count: number }[],
  wanted: number,
): number {
  let before = { upToMs: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted) {
      // Beyond the last bound nothing is known but that.
      if (!Number.isFinite(bucket.upToMs)) return before.upToMs;
      const share = (wanted - before.count) / Math.max(1, bucket.count - before.count);
      return before.upToMs + share * (bucket.upToMs - before.upToMs);
    }
    before = bucket;
  }
  return before.upToMs;
}
