import type { Chat } from '../chat/index.js';
import { RequestError } from '../runtime/index.js';

/**
 * Where the frames of a client's microphone go.
 *
 * @param onDeaf - told once, with the first frame, where nobody listens.
 */
export function hearerOf(
  { conversation, hearing }: Pick<Chat, 'conversation' | 'hearing'>,
  onDeaf: (why: RequestError) => void,
): (frame: Uint8Array, atMs: number) => void {
  if (hearing !== undefined) return (frame, atMs) => conversation.hear(frame, atMs);
  let isTold = false;
  return () => {
    if (isTold) return;
    isTold = true;
    onDeaf(
      new RequestError(
        'BRIDGE_ERR_SPEECH_ENGINE',
        'What is said is not understood: no recogniser is set up. Set a key such as OPENAI_API_KEY, or name one under sttEngines.',
      ),
    );
  };
}
