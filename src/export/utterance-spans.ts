import type { SessionLine } from './session-line.js';
import type { UtteranceSpan } from './timeline.js';

type StartedLine = Extract<SessionLine, { readonly kind: 'started' }>;
type EndedLine = Extract<SessionLine, { readonly kind: 'ended' }>;

interface OpenUtterance {
  readonly utterance: number;
  readonly startMs: number;
  /** Undefined for what ended without having been heard. */
  readonly started: StartedLine | undefined;
  ended: EndedLine | undefined;
}

/** The daemon lets a hundred wait; more open ones mean that ends are missing. */
const MAX_OPEN = 1000;

/** The utterances in the order in which they were heard. */
export async function* utteranceSpans(
  lines: AsyncIterable<SessionLine>,
): AsyncGenerator<UtteranceSpan, void> {
  /** The first holds up those behind it that ended before it. */
  const open: OpenUtterance[] = [];
  let lastMs = 0;
  let startMs = 0;
  for await (const line of lines) {
    lastMs = Math.max(lastMs, line.atMs);
    if (line.kind === 'started') {
      startMs = Math.max(startMs, line.heardAtMs);
      open.push({ utterance: line.utterance, startMs, started: line, ended: undefined });
    } else if (line.kind === 'ended') {
      const { utterance } = line;
      const one = open.find(
        (candidate) => candidate.ended === undefined && candidate.utterance === utterance,
      );
      startMs = Math.max(startMs, one === undefined ? line.atMs : 0);
      if (one === undefined) open.push({ utterance, startMs, started: undefined, ended: line });
      else one.ended = line;
    }
    for (let first = open[0]; first !== undefined; first = open[0]) {
      if (first.ended === undefined && open.length <= MAX_OPEN) break;
      open.shift();
      yield span(first, lastMs);
    }
  }
  for (const one of open) yield span(one, lastMs);
}

function span({ utterance, startMs, started, ended }: OpenUtterance, lastMs: number): UtteranceSpan {
  const heardToMs = started === undefined ? startMs : (ended?.heardToMs ?? lastMs);
  const endMs = Math.max(startMs, heardToMs);
  return {
    kind: 'utterance',
    startMs,
    endMs,
    utterance,
    source: started?.source,
    model: started?.model,
    reason: ended?.reason ?? 'unfinished',
    heardMs: ended?.heardMs ?? endMs - startMs,
    error: ended?.error,
  };
}
