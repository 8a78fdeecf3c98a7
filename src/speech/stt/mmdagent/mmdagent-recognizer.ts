import { type Clock, ProviderError, sharedAbort, sleep } from '../../../runtime/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../../recognizer.js';
import { inReach } from '../sound-pieces.js';
import type { AvatarEar } from './avatar-ear.js';
import type { MmdagentHearingOptions } from './mmdagent-hearing-options.js';

/** More results than one utterance gives. */
const MAX_WAITING = 100;

/**
 * MMDAgent-EX's speech recognition: `RECOG_EVENT_START`, then `RECOG_EVENT_STOP|TEXT`.
 *
 * Plugin_Julius listens to the sound device of its own machine, all the time; it cannot be given sound by message. What is
 * recognised while the request's sound lasts, and what was begun then, is taken for it.
 *
 * @source mmdagent.jp message reference, RECOG_EVENT_START and RECOG_EVENT_STOP (Plugin_Julius, Windows speech recognition)
 */
export class MmdagentRecognizer implements Recognizer {
  readonly name: string;
  readonly isStreaming = true;
  readonly #options: MmdagentHearingOptions;
  readonly #ear: AvatarEar;
  readonly #clock: Clock;
  readonly #closing = sharedAbort();

  constructor(
    name: string,
    options: MmdagentHearingOptions,
    { ear, clock }: { readonly ear: AvatarEar; readonly clock: Clock },
  ) {
    this.name = name;
    this.#options = options;
    this.#ear = ear;
    this.#clock = clock;
  }

  async *recognize(request: RecognitionRequest): AsyncGenerator<RecognitionPart, void> {
    this.#closing.signal.throwIfAborted();
    request.signal?.throwIfAborted();
    const listening = new Listening(this.#ear);
    const ending = new AbortController();
    const stop = (): void => ending.abort(request.signal?.reason ?? this.#closing.signal.reason);
    request.signal?.addEventListener('abort', stop, { once: true });
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    try {
      const sending = this.#pass(inReach(request.sound, ending.signal));
      yield* this.#results(listening, sending, ending.signal);
    } finally {
      listening.close();
      request.signal?.removeEventListener('abort', stop);
      this.#closing.signal.removeEventListener('abort', stop);
      ending.abort();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #pass(sound: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of sound) await this.#ear.sendSound?.(piece);
  }

  async *#results(
    listening: Listening,
    sending: Promise<void>,
    signal: AbortSignal,
  ): AsyncGenerator<RecognitionPart, void> {
    let isSent = false;
    let failure: { readonly error: unknown } | undefined;
    sending.then(
      () => {
        isSent = true;
        listening.wake();
      },
      (error: unknown) => {
        failure = { error };
        listening.wake();
      },
    );
    let hasFinal = false;
    for (;;) {
      const text = await this.#next(
        listening,
        () => isSent,
        () => failure,
        signal,
      );
      if (text === undefined) break;
      hasFinal = true;
      yield { type: 'final', text: text.trim() };
    }
    if (!hasFinal) yield { type: 'final', text: '' };
  }

  /** The next result; undefined: the sound is over and nothing more is being heard. */
  async #next(
    listening: Listening,
    isSent: () => boolean,
    failure: () => { readonly error: unknown } | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const failed = failure();
      if (failed !== undefined) throw failed.error;
      const text = listening.take();
      if (text !== undefined) return text;
      if (!isSent()) {
        await listening.change(signal);
        continue;
      }
      const { startMs, thinkMs } = this.#options;
      const wasHearing = listening.isHearing;
      const isLate = await changeWithin(listening, this.#clock, wasHearing ? thinkMs : startMs, signal);
      if (!isLate) continue;
      if (wasHearing) throw this.#stalled();
      return undefined;
    }
  }

  #stalled(): ProviderError {
    const { thinkMs } = this.#options;
    return new ProviderError(
      'BRIDGE_ERR_SPEECH_STALLED',
      `${this.name}: MMDAgent-EX began to hear and told no result within ${thinkMs / 1000} s; see its log for Plugin_Julius`,
      { provider: this.name, retryable: true },
    );
  }
}

/** @returns true when nothing changed within `limitMs`. */
async function changeWithin(
  listening: Listening,
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const waiting = new AbortController();
  const late = sleep(clock, limitMs, waiting.signal).then(
    () => true,
    () => false,
  );
  const changed = listening.change(signal).then(() => false);
  try {
    return await Promise.race([late, changed]);
  } finally {
    waiting.abort();
  }
}

/** What MMDAgent-EX tells of its hearing. */
class Listening {
  readonly #results: string[] = [];
  readonly #off: () => void;
  #wake = (): void => {};
  isHearing = false;

  constructor(ear: AvatarEar) {
    this.#off = ear.onMessage((type, args) => {
      if (type === 'RECOG_EVENT_START') this.isHearing = true;
      else if (type === 'RECOG_EVENT_STOP') {
        this.isHearing = false;
        // A text may hold the sign that divides arguments.
        if (this.#results.length < MAX_WAITING) this.#results.push(args.join('|'));
      } else return;
      this.wake();
    });
  }

  take(): string | undefined {
    return this.#results.shift();
  }

  wake(): void {
    this.#wake();
  }

  /** Resolves with the next change. @throws the reason of the signal. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      this.#wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  close(): void {
    this.#off();
  }
}
