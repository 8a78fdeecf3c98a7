import type { Timeline } from './tier.js';

/** Of the exported lines, not of the recording. */
const FORMAT_VERSION = 1;

/**
 * The time line as JSON lines: first one of kind `session` (or `conversation`) about all of it, then one for each item, by their starts, with all
 * that is known of it and its start and end on each clock.
 */
export async function* jsonl(session: Timeline): AsyncGenerator<string, void> {
  const { info, wall } = session;
  const { kind, ...about } = session.about;
  yield line({
    kind,
    format: FORMAT_VERSION,
    ...about,
    startWallIso: wall.wallIso(0),
    wallClockSteps: wall.steps,
  });
  const beginMs = info.monotonicMs;
  for await (const { tier, item } of session.timeline()) {
    const { startMs, endMs, ...rest } = item;
    yield line({
      tier: tier.name,
      startMs: thousandths(startMs),
      endMs: thousandths(endMs),
      ...(beginMs === undefined
        ? {}
        : {
            startMonotonicMs: thousandths(beginMs + startMs),
            endMonotonicMs: thousandths(beginMs + endMs),
          }),
      startWallIso: wall.wallIso(startMs),
      endWallIso: wall.wallIso(endMs),
      ...rest,
    });
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function thousandths(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
