import {
  type Clock,
  errorText,
  linkedSignal,
  orAborted,
  ProviderError,
  type Timer,
} from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';

export interface RecognitionOptions {
  readonly clock: Clock;
  readonly recognizer: Recognizer;
  readonly sound: AsyncIterable<Uint8Array>;
  readonly language: string;
  readonly hints: readonly string[];
  /** From `expectEnd` to the last word. */
  readonly limitMs: number;
  readonly onPartial: (text: string) => void;
}

/** Beyond it, a recognizer that tells how likely there was no speech has invented its words. */
const NO_SPEECH = 0.8;

/** One attempt to understand one stretch of sound. */
export class Recognition {
  /** Words so far. */
  text = '';
  /** BCP 47, where the engine found out. */
  language: string | undefined;
  /** All words. Rejects with a ProviderError, or the reason of `cancel`; nobody need listen. */
  readonly done: Promise<string>;
  readonly #options: RecognitionOptions;
  readonly #abort = new AbortController();
  #limit: Timer | undefined;
  #isOver = false;

  constructor(options: RecognitionOptions) {
    this.#options = options;
    this.done = this.#run();
    this.done.catch(() => {});
  }

  /** Whether nothing more comes of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The sound has ended: the words must come now. */
  expectEnd(): void {
    if (this.#isOver || this.#limit !== undefined) return;
    const { clock, limitMs, recognizer } = this.#options;
    this.#limit = clock.after(limitMs, () =>
      this.#abort.abort(
        new ProviderError(
          'BRIDGE_ERR_SPEECH_STALLED',
          `Recognizer ${recognizer.name} gave no words for ${limitMs} ms. Say it again, or choose another.`,
          { provider: recognizer.name, retryable: true },
        ),
      ),
    );
  }

  cancel(): void {
    this.#abort.abort(new DOMException('The words are not needed any more', 'AbortError'));
    this.#limit?.cancel();
  }

  async #run(): Promise<string> {
    // What the caller does in the same moment comes first.
    await undefined;
    const { recognizer, sound, language, hints, onPartial } = this.#options;
    const { signal, release } = linkedSignal(this.#abort.signal);
    const finals: string[] = [];
    let parts: AsyncIterator<unknown> | undefined;
    try {
      const heard = recognizer.recognize({
        sound,
        hints,
        ...(language === '' ? {} : { language }),
        signal,
      });
      const reader = heard[Symbol.asyncIterator]();
      parts = reader;
      for (;;) {
        const next = await orAborted(reader.next(), signal);
        if (next.done === true) return finals.join(' ').trim();
        const part = next.value;
        if (typeof part?.text !== 'string') throw new Error('it gave something that is no result');
        if (part.type === 'final') {
          const isInvented = (part.noSpeech ?? 0) > NO_SPEECH;
          if (part.text.trim() !== '' && !isInvented) finals.push(part.text.trim());
          this.language = part.language ?? this.language;
        }
        const open = part.type === 'partial' ? [part.text.trim()] : [];
        this.text = [...finals, ...open].join(' ').trim();
        onPartial(this.text);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asFailure(recognizer.name, error);
    } finally {
      this.#isOver = true;
      this.#limit?.cancel();
      release();
      // Not awaited: an engine that ignores its signal would hold the next utterance.
      void Promise.resolve(parts?.return?.()).catch(() => {});
    }
  }
}

function asFailure(name: string, error: unknown): Error {
  if (error instanceof ProviderError) return error;
  return new ProviderError('BRIDGE_ERR_SPEECH_FAILED', `Recognizer ${name} failed: ${errorText(error)}.`, {
    provider: name,
    cause: error,
  });
}
