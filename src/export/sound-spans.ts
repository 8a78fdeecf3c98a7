import type { SessionLine } from './session-line.js';
import type { SoundSpan } from './timeline.js';

/** Recordings of version 1 say when sound left; MMDAgent-EX lets it be heard this much later (measured 43-48 ms). */
const LATENCY_MS = 45;
const UNHEARD = new Set(['disconnected', 'closed']);

interface OpenSpan {
  readonly startMs: number;
  readonly soundStartMs: number;
  /** The connection ended: nothing is heard from here on. */
  cutMs: number;
}

/**
 * The stretches of sound, in order and without overlap.
 *
 * @param totalMs - length of sound.wav, for a recording that was not closed in order.
 */
export async function* soundSpans(
  lines: AsyncIterable<SessionLine>,
  totalMs: number,
): AsyncGenerator<SoundSpan, void> {
  let open: OpenSpan | undefined;
  let freeMs = 0;
  let endMs = totalMs;
  const close = function* (soundEndMs: number): Generator<SoundSpan> {
    const span = open === undefined ? undefined : closed(open, Math.min(soundEndMs, totalMs));
    open = undefined;
    if (span === undefined) return;
    freeMs = span.endMs;
    yield span;
  };
  for await (const line of lines) {
    if (line.kind === 'sound') {
      yield* close(line.soundMs);
      const startMs = Math.max(line.heardAtMs ?? line.atMs + LATENCY_MS, freeMs);
      open = { startMs, soundStartMs: line.soundMs, cutMs: Number.POSITIVE_INFINITY };
    } else if (line.kind === 'state' && open !== undefined && UNHEARD.has(line.status)) {
      open.cutMs = Math.min(open.cutMs, line.atMs);
    } else if (line.kind === 'end') {
      endMs = line.soundMs;
    }
  }
  yield* close(endMs);
}

function closed({ startMs, soundStartMs, cutMs }: OpenSpan, soundEndMs: number): SoundSpan | undefined {
  const lengthMs = Math.min(soundEndMs - soundStartMs, cutMs - startMs);
  if (!(lengthMs > 0)) return undefined;
  return {
    kind: 'sound',
    startMs,
    endMs: startMs + lengthMs,
    soundStartMs,
    soundEndMs: soundStartMs + lengthMs,
  };
}
