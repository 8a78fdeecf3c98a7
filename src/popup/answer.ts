import type { SessionPiece } from '../sessions/index.js';
import { type PopupTalk, VOICE_RATE_HZ } from './popup-talks.js';

/** A part of an answer, in order. */
export interface AnswerPiece {
  readonly text: string;
  /** s16le mono; undefined: it is only read. */
  readonly pcm: Uint8Array | undefined;
  readonly sampleRateHz: number;
  /** The face that goes with it. */
  readonly emotion: string | undefined;
}

export interface AnswerEnd {
  /** All of it, as it is shown; of one that was stopped, what was given of it. */
  readonly text: string;
  readonly wasStopped: boolean;
  /** What failed: there may be an answer all the same, if it was its voice. */
  readonly failure:
    | { readonly stage: 'answer' | 'voice'; readonly code: string; readonly message: string }
    | undefined;
}

export interface AnswerOptions {
  readonly text: string;
  /** Told each piece as it comes. */
  readonly onPiece: (piece: AnswerPiece) => void;
  /** Ends the turn. */
  readonly signal: AbortSignal;
}

/**
 * Asks, and waits for all of the answer. A question to a session that is busy waits there.
 *
 * @throws {RequestError} as `Session.ask`; the signal's reason, when it fires before the turn has begun.
 */
export async function answerOf(talk: PopupTalk, options: AnswerOptions): Promise<AnswerEnd> {
  const { session, context, isSpoken } = talk;
  const { signal } = options;
  signal.throwIfAborted();
  const heard = new Heard(talk, options.onPiece);
  try {
    const asked = await session.ask({ text: options.text, context, ifBusy: 'queue' });
    const cancel = (): void => asked.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      heard.follow(asked.turn);
      const { outcome, error } = await asked.ended;
      const failure = outcome === 'failed' || outcome === 'dropped' ? (error ?? UNTOLD) : undefined;
      return {
        text: heard.text,
        wasStopped: outcome === 'interrupted',
        failure:
          failure === undefined ? lostVoice(heard, isSpoken && outcome === 'completed') : staged(failure),
      };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  } finally {
    heard.close();
  }
}

interface Fault {
  readonly code: string;
  readonly message: string;
}

const UNTOLD: Fault = { code: 'BRIDGE_ERR_TURN_REFUSED', message: 'The question was dropped' };

function staged({ code, message }: Fault): AnswerEnd['failure'] {
  return { stage: code.startsWith('BRIDGE_ERR_SPEECH') ? 'voice' : 'answer', code, message };
}

/** An answer that is there, with words of it that nobody could speak. */
function lostVoice(heard: Heard, isWanted: boolean): AnswerEnd['failure'] {
  if (!isWanted || heard.voiceFault === undefined || !heard.isPartlyMute) return undefined;
  return { stage: 'voice', ...heard.voiceFault };
}

/** What a session tells of one turn, whose number is known only after its first pieces may have come. */
class Heard {
  voiceFault: Fault | undefined;
  isPartlyMute = false;
  #text = '';
  #given: string | undefined;
  #turn: number | undefined;
  #early: SessionPiece[] = [];
  readonly #sampleRateHz: number;
  readonly #onPiece: AnswerOptions['onPiece'];
  readonly #leaving: readonly (() => void)[];

  constructor({ session }: PopupTalk, onPiece: AnswerOptions['onPiece']) {
    const { voice } = session.wish;
    this.#sampleRateHz = (voice.to === 'client' ? voice.sampleRateHz : undefined) ?? VOICE_RATE_HZ;
    this.#onPiece = onPiece;
    this.#leaving = [
      session.events.on('piece', (piece) => {
        if (this.#turn === undefined) this.#early.push(piece);
        else this.#take(piece);
      }),
      session.events.on('given', (turn, _raw, text) => {
        if (turn === this.#turn) this.#given = text;
      }),
      session.events.on('error', ({ code, message }) => {
        if (code.startsWith('BRIDGE_ERR_SPEECH')) this.voiceFault ??= { code, message };
      }),
    ];
  }

  get text(): string {
    return (this.#given ?? this.#text).trim();
  }

  follow(turn: number): void {
    this.#turn = turn;
    for (const piece of this.#early.splice(0)) this.#take(piece);
  }

  close(): void {
    for (const leave of this.#leaving) leave();
  }

  #take({ turn, text, pcm, cues }: SessionPiece): void {
    if (turn !== this.#turn) return;
    const emotion = cues.find(({ name }) => name === 'face' || name === 'emotion')?.value;
    this.#text += text;
    if (text.trim() !== '' && pcm === undefined) this.isPartlyMute = true;
    this.#onPiece({ text, pcm, sampleRateHz: this.#sampleRateHz, emotion });
  }
}
