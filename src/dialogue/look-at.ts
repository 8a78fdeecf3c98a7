import { errorText, isAbortError } from '../runtime/index.js';
import type { Eyes, TurnMetadata } from '../tools/index.js';

/** What a model is given of a picture that it asked for; no images: none could be taken, and the text says why. */
export interface Sight {
  readonly text: string;
  readonly images: readonly string[];
}

/** @throws the signal's reason. */
export async function lookAt(
  source: string,
  {
    eyes,
    metadata,
    signal,
  }: { readonly eyes: Eyes | undefined; readonly metadata: TurnMetadata; readonly signal: AbortSignal },
): Promise<Sight> {
  try {
    const url = await eyes?.look(source, metadata, signal);
    signal.throwIfAborted();
    return { text: `(The picture of the ${source}.)`, images: url === undefined ? [] : [url] };
  } catch (error) {
    if (signal.aborted || isAbortError(error)) throw error;
    // The model can say that it sees nothing; a turn without an answer helps nobody.
    return { text: `(No picture of the ${source} could be taken: ${errorText(error)})`, images: [] };
  }
}
