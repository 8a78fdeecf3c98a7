import { ProviderError } from '../runtime/index.js';
import { MAX_HELD_BYTES } from './part-queue.js';
import { REALTIME_SAMPLE_RATE_HZ, type RealtimePart } from './realtime.js';

/** Sound and words of an answer, as a reply takes them. */
export interface AnswerSound {
  readonly sound: AsyncIterable<{ readonly pcm: Uint8Array; readonly sampleRateHz: number }>;
  readonly transcript: AsyncIterable<string>;
}

/**
 * The parts of a turn on two ways: sound and words to a reply that is heard, everything else to `onPart`. Begins to read at once; both
 * ways end, or throw, with the parts. Each may be read once, at its own speed; sound that waits is bounded as it is in the parts.
 */
export function answerSound(
  parts: AsyncIterable<RealtimePart>,
  onPart: (part: Exclude<RealtimePart, { readonly type: 'sound' | 'text' }>) => void,
): AnswerSound {
  const sound = new Way<{ readonly pcm: Uint8Array; readonly sampleRateHz: number }>();
  const transcript = new Way<string>();
  const read = async (): Promise<void> => {
    for await (const part of parts) {
      if (part.type === 'sound') {
        sound.push({ pcm: part.pcm, sampleRateHz: REALTIME_SAMPLE_RATE_HZ }, part.pcm.byteLength);
        if (sound.heldBytes > MAX_HELD_BYTES) throw tooMuch();
      } else if (part.type === 'text') transcript.push(part.text, 0);
      else onPart(part);
    }
  };
  read().then(
    () => {
      sound.end();
      transcript.end();
    },
    (error: unknown) => {
      sound.end({ error });
      transcript.end({ error });
    },
  );
  return { sound, transcript };
}

function tooMuch(): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_LLM_FAILED',
    `Expected at most ${MAX_HELD_BYTES} bytes of sound that wait to be heard, and more came`,
    { provider: 'realtime' },
  );
}

/** From one writer to one reader. */
class Way<T> implements AsyncIterable<T> {
  readonly #held: { readonly item: T; readonly bytes: number }[] = [];
  #heldBytes = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};

  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(item: T, bytes: number): void {
    this.#held.push({ item, bytes });
    this.#heldBytes += bytes;
    this.#wake();
  }

  end(end: { readonly error?: unknown } = {}): void {
    this.#end = end;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const next = this.#held.shift();
      if (next !== undefined) {
        this.#heldBytes -= next.bytes;
        yield next.item;
      } else if (this.#end === undefined)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      else if ('error' in this.#end) throw this.#end.error;
      else return;
    }
  }
}
