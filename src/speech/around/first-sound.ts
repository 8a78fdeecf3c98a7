import type { SpeechPart } from '../synthesizer.js';

/**
 * Waits for the first sound.
 *
 * Until then nothing was heard, so that the whole can be tried again or elsewhere; from then on it cannot.
 *
 * @returns All parts, those that came before the first sound included.
 * @throws what the engine threw before its first sound.
 */
export async function whenSounding(parts: AsyncIterable<SpeechPart>): Promise<AsyncIterable<SpeechPart>> {
  const iterator = parts[Symbol.asyncIterator]();
  const head: SpeechPart[] = [];
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    head.push(next.value);
    if (next.value.type === 'sound') break;
  }
  return headAndRest(head, iterator);
}

async function* headAndRest(
  head: readonly SpeechPart[],
  rest: AsyncIterator<SpeechPart>,
): AsyncGenerator<SpeechPart> {
  try {
    yield* head;
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
