import type { SessionLine } from './session-line.js';
import type { Loss, SessionMessage, StateChange } from './timeline.js';

/** Lines of one kind as points in time, in order. */
export async function* instants(
  lines: AsyncIterable<SessionLine>,
  kind: 'sent' | 'received' | 'echo' | 'state' | 'lost',
): AsyncGenerator<SessionMessage | StateChange | Loss, void> {
  let startMs = 0;
  for await (const line of lines) {
    if (line.kind !== kind) continue;
    startMs = Math.max(startMs, line.atMs);
    const at = { startMs, endMs: startMs };
    if (line.kind === 'state') {
      yield { kind: 'state', ...at, status: line.status };
    } else if (line.kind === 'lost') {
      yield { kind: 'lost', ...at, lostLines: line.lostLines, lostSoundMs: line.lostSoundMs };
    } else if (line.kind === 'sent' || line.kind === 'received' || line.kind === 'echo') {
      yield { kind: line.kind, ...at, text: line.text };
    }
  }
}
