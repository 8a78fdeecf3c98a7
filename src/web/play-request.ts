import { jsonLines, refusalOf } from './json-lines.js';
import { type PlayError, playErrorOf } from './play-error.js';

/** What becomes of one thing that was given to be spoken. */
export type PlayState =
  | { readonly status: 'idle' }
  | { readonly status: 'sending'; readonly name: string }
  | {
      readonly status: 'speaking';
      readonly name: string;
      readonly lane: string;
      readonly durationMs: number | undefined;
      readonly heardMs: number;
    }
  | { readonly status: 'ended'; readonly name: string; readonly isWhole: boolean; readonly heardMs: number }
  | { readonly status: 'failed'; readonly name: string; readonly error: PlayError };

export interface PlayRequest {
  /** Shown while it plays. */
  readonly name: string;
  /** Undefined: the sample. */
  readonly file: File | undefined;
  /** Undefined: whoever fits. */
  readonly lane: string | undefined;
}

interface PlayLine {
  readonly lane?: string;
  readonly durationMs?: number;
  readonly heardMs?: number;
  readonly ended?: 'completed' | 'interrupted' | 'failed';
  readonly error?: PlayError;
}

/** Gives a sound to the server and tells how it goes, until it has been heard. Never rejects. */
export async function play(request: PlayRequest, tell: (state: PlayState) => void): Promise<void> {
  const { name, file } = request;
  tell({ status: 'sending', name });
  try {
    const query = new URLSearchParams({ ifBusy: 'interrupt' });
    if (request.lane !== undefined) query.set('lane', request.lane);
    const response = await fetch(`api/${file === undefined ? 'sample' : 'play'}?${query}`, {
      method: 'POST',
      headers: { Accept: 'application/x-ndjson' },
      ...(file === undefined ? {} : { body: file }),
    });
    if (!response.ok) throw await refusalOf(response);
    await follow(response, name, tell);
  } catch (error) {
    tell({ status: 'failed', name, error: playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE') });
  }
}

async function follow(response: Response, name: string, tell: (state: PlayState) => void): Promise<void> {
  let lane = '';
  let durationMs: number | undefined;
  let hasEnded = false;
  for await (const line of jsonLines<PlayLine>(response)) {
    const heardMs = line.heardMs ?? 0;
    lane = line.lane ?? lane;
    durationMs = line.durationMs ?? durationMs;
    hasEnded = line.ended !== undefined;
    if (line.error !== undefined) throw line.error;
    if (line.ended === undefined) tell({ status: 'speaking', name, lane, durationMs, heardMs });
    else tell({ status: 'ended', name, isWhole: line.ended === 'completed', heardMs });
  }
  if (!hasEnded) throw new Error('The connection was lost while it was spoken');
}
