import type { Caller } from '../access/index.js';
import { BridgeError, errorText, isAbortError } from '../runtime/index.js';
import type { SessionPiece, Sessions, SpokenSound } from '../sessions/index.js';
import { Turnstile } from './turnstile.js';

/** A part of an answer, in order. */
export interface AnswerPiece {
  readonly text: string;
  /** Undefined: it is only read. */
  readonly sound: SpokenSound | undefined;
  /** The face that goes with it. */
  readonly emotion: string | undefined;
}

export interface Fault {
  readonly code: string;
  readonly message: string;
}

export interface SpokenPiecesOptions {
  readonly sessions: Pick<Sessions, 'synthesize'>;
  /** Whether there is to be sound. */
  readonly isSpoken: boolean;
  readonly persona: string | undefined;
  /** Whose answer it is. */
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Told each piece in its order, as soon as its sound is there. */
  readonly onPiece: (piece: AnswerPiece) => void;
}

/** So many are made into sound at a time: the next is there when the one before it was heard. */
const MAX_AHEAD = 2;

/** The pieces of an answer on their way to the page, each with its sound. Words go on without a voice that fails. */
export class SpokenPieces {
  readonly #options: SpokenPiecesOptions;
  readonly #voices = new Turnstile(MAX_AHEAD);
  #last: Promise<void> = Promise.resolve();
  #fault: Fault | undefined;

  constructor(options: SpokenPiecesOptions) {
    this.#options = options;
  }

  /** Why words have no sound. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  push({ text, cues, language }: SessionPiece): void {
    const emotion = cues.find(({ name }) => name === 'face' || name === 'emotion')?.value;
    const coming = this.#soundOf(text, language);
    this.#last = this.#last.then(async () => {
      const sound = await coming;
      if (!this.#options.signal.aborted) this.#options.onPiece({ text, sound, emotion });
    });
  }

  /** All that was pushed was told. Never rejects. */
  whenTold(): Promise<void> {
    return this.#last;
  }

  async #soundOf(text: string, language: string | undefined): Promise<SpokenSound | undefined> {
    const { sessions, isSpoken, persona, caller, signal } = this.#options;
    if (!isSpoken || !/[\p{L}\p{N}]/u.test(text)) return undefined;
    try {
      return await this.#voices.pass(async () => {
        // A voice that failed once would let every sentence wait as long.
        if (this.#fault !== undefined) return undefined;
        const sound = await sessions.synthesize(text, { caller, persona, language, signal });
        return sound.pcm.byteLength === 0 ? undefined : sound;
      }, signal);
    } catch (error) {
      const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_SPEECH_FAILED';
      // Nothing in it can be spoken, or nobody waits any more.
      if (code !== 'BRIDGE_ERR_SPEECH_TEXT' && !signal.aborted && !isAbortError(error))
        this.#fault ??= { code, message: errorText(error) };
      return undefined;
    }
  }
}
