import type { Session } from './session.js';

/** Of the exported lines, not of the recording. */
const FORMAT_VERSION = 1;

/**
 * The time line as JSON lines: first one of kind `session` about all of it, then one for each item, by their starts, with all
 * that is known of it and its start and end on each clock.
 */
export async function* jsonl(session: Session): AsyncGenerator<string, void> {
  const { info, wall } = session;
  const { folder: _folder, version, ...about } = info;
  yield line({
    kind: 'session',
    format: FORMAT_VERSION,
    recordingVersion: version,
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
