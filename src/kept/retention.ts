import type { SessionSummary } from './kept-conversations.js';

export interface RetentionLimits {
  readonly days: number | 'forever';
  readonly maxSessions: number;
  readonly maxMb: number;
}

export const DAY_MS = 86_400_000;
/** What somebody may still be writing to, in another process too, goes by its age only. */
const QUIET_MS = 3_600_000;

type Kept = Pick<SessionSummary, 'id' | 'lastAtMs' | 'bytes'>;

/**
 * Which sessions have to go: first those in which nothing happened for too long, then, the oldest first, as many as there are too many
 * or too large together.
 *
 * @param nowMs - of the wall clock.
 */
export function sessionsToRemove(
  sessions: readonly Kept[],
  { days, maxSessions, maxMb }: RetentionLimits,
  nowMs: number,
): readonly string[] {
  const maxAgeMs = days === 'forever' ? Number.POSITIVE_INFINITY : days * DAY_MS;
  const removed: string[] = [];
  let count = sessions.length;
  let bytes = sessions.reduce((sum, session) => sum + session.bytes, 0);
  for (const session of [...sessions].sort((a, b) => a.lastAtMs - b.lastAtMs)) {
    const ageMs = nowMs - session.lastAtMs;
    const isTooMuch = (count > maxSessions || bytes > maxMb * 1e6) && ageMs >= QUIET_MS;
    if (ageMs <= maxAgeMs && !isTooMuch) continue;
    removed.push(session.id);
    count--;
    bytes -= session.bytes;
  }
  return removed;
}
