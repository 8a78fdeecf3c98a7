import { wavFile } from '../audio/index.js';
import { errorText, RequestError } from '../runtime/index.js';
import type { AskedSocket } from '../server/index.js';
import type { Session } from '../sessions/index.js';
import { answerOf } from './answer.js';
import type { FrameSender } from './frame-sender.js';
import { encodeAudioChunk, type PopupOptions } from './frames.js';
import { hearRecording, isWrongRecording } from './hear-recording.js';
import { FAILED, logFailure } from './log-failure.js';
import { openPopupTalk } from './open-popup-talk.js';
import type { PopupParts } from './popup-parts.js';
import type { WholeRecording } from './recording.js';
import type { AnswerPiece } from './spoken-pieces.js';

/** What was said: undefined when it was refused already, and only its end is owed. */
export type Said = { readonly text: string } | { readonly recording: WholeRecording } | undefined;

/** Who asks, and what a turn costs them. */
export type PopupGuest = Pick<AskedSocket, 'caller' | 'spendTurn'>;

/** A message that waits for its answer. */
export interface Waiting {
  readonly id: string;
  readonly options: PopupOptions;
  readonly said: Said;
}

/** One that is answered, and one that waits; further ones are refused. */
const MAX_OPEN = 2;
/** Ends that are owed; who sends on nevertheless is no client of ours. */
const MAX_OWED = 16;

const TOLD = {
  busy: 'Busy: this message was not taken, since another is answered and one more waits',
  noSpeech: 'No speech was recognised',
  hearing: 'The recording could not be understood',
  answer: 'The message could not be answered',
  voice: 'The answer could not be spoken',
} as const;

/**
 * The messages of one connection to their answers, one after the other.
 *
 * Each has exactly one `textEnd`, in the order of the messages, also when it was refused, stopped or failed: the tutorial's client would
 * else write the next answer into the bubble of the failed one.
 */
export class AnswerQueue {
  readonly #sender: FrameSender;
  readonly #guest: PopupGuest;
  readonly #parts: PopupParts;
  readonly #waiting: Waiting[] = [];
  /** Sessions that were asked: they do not expire as long as the page is there. */
  readonly #held = new Map<Session, () => void>();
  #running: AbortController | undefined;
  #isOver = false;

  constructor(sender: FrameSender, guest: PopupGuest, parts: PopupParts) {
    this.#sender = sender;
    this.#guest = guest;
    this.#parts = parts;
  }

  push(message: Waiting): void {
    const isBusy = message.said !== undefined && this.#open >= MAX_OPEN;
    if (isBusy) {
      release(message.said);
      this.#sender.send('error', TOLD.busy);
    }
    if (this.#waiting.length >= MAX_OWED) {
      release(message.said);
      this.#sender.close(1008, 'Too many messages at a time');
      return;
    }
    this.#waiting.push(isBusy ? { ...message, said: undefined } : message);
    if (this.#running === undefined) void this.#answerAll();
  }

  /** What is answered ends, and what waits. */
  stop(): void {
    for (const [index, one] of this.#waiting.entries()) {
      release(one.said);
      this.#waiting[index] = { ...one, said: undefined };
    }
    this.#running?.abort();
  }

  /** Nobody waits any more. Idempotent. */
  close(): void {
    this.#isOver = true;
    this.stop();
    this.#waiting.length = 0;
    for (const letGo of this.#held.values()) letGo();
    this.#held.clear();
  }

  get #open(): number {
    return (
      this.#waiting.filter(({ said }) => said !== undefined).length + (this.#running === undefined ? 0 : 1)
    );
  }

  async #answerAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const running = new AbortController();
      this.#running = running;
      try {
        if (next.said !== undefined && this.#isAllowed()) await this.#answer(next, running.signal);
      } catch (error) {
        if (!running.signal.aborted) this.#fail(next.id, error);
      } finally {
        release(next.said);
        this.#running = undefined;
      }
      if (this.#isOver) return;
      if (running.signal.aborted) this.#sender.sendMore('stopped');
      this.#sender.send('textEnd');
    }
  }

  /** A turn costs more than a frame: there may have been too many, which is told. */
  #isAllowed(): boolean {
    try {
      this.#guest.spendTurn();
      return true;
    } catch (error) {
      this.#sender.send('error', errorText(error));
      return false;
    }
  }

  async #answer({ id, options, said }: Waiting, signal: AbortSignal): Promise<void> {
    const text =
      said === undefined || 'text' in said ? said?.text : await this.#heard(said.recording, id, signal);
    if (text === undefined) return;
    const { sessions, settings } = this.#parts;
    const session = openPopupTalk(sessions, { caller: this.#guest.caller, id, options });
    if (!this.#held.has(session)) this.#held.set(session, session.hold());
    let sounds = 0;
    const onPiece = (piece: AnswerPiece): void => {
      if (this.#give(piece, sounds)) sounds++;
    };
    // Sound for those only who know what to do with it.
    const isSpoken = settings.createAudioOfAnswer && options.voice !== false && this.#sender.knowsAll;
    const { failure } = await answerOf(session, { sessions, text, isSpoken, signal, onPiece });
    if (signal.aborted) return;
    if (sounds > 0) this.#sender.sendMore('audioEnd');
    if (failure === undefined) return;
    logFailure(this.#parts.logger, id, { what: FAILED[failure.stage], error: failure });
    this.#sender.send('error', TOLD[failure.stage]);
  }

  /** @returns undefined when nobody spoke, or it could not be understood, which was told. */
  async #heard(recording: WholeRecording, id: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { caller } = this.#guest;
      const options = { ...this.#parts, ...this.#parts.settings, caller, signal };
      const text = await hearRecording(recording.bytes, options);
      recording.release();
      if (signal.aborted) return undefined;
      this.#sender.sendMore('userText', text);
      if (text !== '') return text;
      if (!this.#sender.knowsAll) this.#sender.send('error', TOLD.noSpeech);
    } catch (error) {
      if (signal.aborted) return undefined;
      const isWrong = isWrongRecording(error);
      if (!isWrong) logFailure(this.#parts.logger, id, { what: FAILED.hearing, error });
      this.#sender.send('error', isWrong ? errorText(error) : TOLD.hearing);
    }
    return undefined;
  }

  /** @returns whether it had sound. */
  #give({ text, sound, emotion }: AnswerPiece, number: number): boolean {
    if (emotion !== undefined) this.#sender.sendMore('emotion', emotion);
    if (sound !== undefined)
      this.#sender.sendFrame(encodeAudioChunk(number, wavFile([sound.pcm], sound.sampleRateHz)));
    if (text !== '') this.#sender.send('textChunk', text);
    return sound !== undefined;
  }

  #fail(id: string, error: unknown): void {
    if (error instanceof RequestError) {
      this.#sender.send('error', error.message);
      return;
    }
    logFailure(this.#parts.logger, id, { what: FAILED.answer, error });
    this.#sender.send('error', TOLD.answer);
  }
}

function release(said: Said): void {
  if (said !== undefined && 'recording' in said) said.recording.release();
}
