import { jsonLines, refusalOf } from './json-lines.js';
import { type PlayError, playErrorOf } from './play-error.js';

/** A sentence on its way, as the server tells it. */
export interface SpokenSentence {
  readonly text: string;
  readonly engine: string;
  readonly credit?: string;
  readonly startMs: number;
}

/** What becomes of a text. */
export type SayState =
  | { readonly status: 'idle' }
  /** The engine is at work, or another avatar's turn comes first. */
  | { readonly status: 'thinking'; readonly lane: string | undefined }
  | {
      readonly status: 'speaking';
      readonly lane: string;
      readonly heardMs: number;
      readonly sentences: readonly SpokenSentence[];
    }
  | { readonly status: 'ended'; readonly isWhole: boolean; readonly heardMs: number }
  | { readonly status: 'failed'; readonly error: PlayError };

export interface SayRequest {
  readonly text: string;
  /** Undefined: who speaks by itself. */
  readonly voice: { readonly engine: string; readonly voice: string | undefined } | undefined;
  /** Undefined: whoever fits. */
  readonly lane: string | undefined;
}

interface SayLine {
  readonly lane?: string;
  readonly heardAtMs?: number;
  readonly heardMs?: number;
  readonly sentence?: SpokenSentence;
  readonly ended?: 'completed' | 'interrupted' | 'failed';
  readonly error?: PlayError;
}

/** Has a text spoken and tells how it goes, until it has been heard. Never rejects. */
export async function say(request: SayRequest, tell: (state: SayState) => void): Promise<void> {
  tell({ status: 'thinking', lane: undefined });
  try {
    const query = new URLSearchParams({ ifBusy: 'interrupt' });
    if (request.lane !== undefined) query.set('lane', request.lane);
    const response = await fetch(`api/say?${query}`, {
      method: 'POST',
      headers: { Accept: 'application/x-ndjson', 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: request.text, ...request.voice }),
    });
    if (!response.ok) throw await refusalOf(response);
    await follow(response, tell);
  } catch (error) {
    tell({ status: 'failed', error: playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE') });
  }
}

async function follow(response: Response, tell: (state: SayState) => void): Promise<void> {
  let lane = '';
  let isHeard = false;
  let hasEnded = false;
  const sentences: SpokenSentence[] = [];
  for await (const line of jsonLines<SayLine>(response)) {
    lane = line.lane ?? lane;
    if (line.sentence !== undefined) sentences.push(line.sentence);
    isHeard ||= line.heardAtMs !== undefined || line.heardMs !== undefined;
    hasEnded = line.ended !== undefined;
    const heardMs = line.heardMs ?? 0;
    if (line.error !== undefined) throw line.error;
    if (line.ended !== undefined) tell({ status: 'ended', isWhole: line.ended === 'completed', heardMs });
    else if (isHeard) tell({ status: 'speaking', lane, heardMs, sentences });
    else tell({ status: 'thinking', lane });
  }
  if (!hasEnded) throw new Error('The connection was lost while it was spoken');
}

/** The sentence that is heard at a position. */
export function sentenceAt(
  sentences: readonly SpokenSentence[],
  heardMs: number,
): SpokenSentence | undefined {
  return sentences.findLast(({ startMs }) => startMs <= heardMs) ?? sentences[0];
}
