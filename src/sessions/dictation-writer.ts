import { Recognition } from '../dialogue/index.js';
import { createHearing, type Hearing, type Utterance } from '../hearing/index.js';
import { BridgeError, type Clock, Emitter, errorText, isAbortError, once } from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';
import type { Dictation, SessionTuning } from './session.js';
import { VoiceFrames } from './voice-frames.js';

/** Words come so soon after the end of an utterance, or not at all. */
const WORDS_WITHIN_MS = 10_000;
/** Last words are waited for so long. */
const CLOSE_MS = 3000;

export interface DictationWriterParts {
  readonly clock: Clock;
  readonly recognizer: Recognizer;
  readonly language: string | undefined;
  /** What the caller may know of a fault. */
  readonly toldFault: (error: unknown) => unknown;
}

/** One stream: its utterances, and their words in order. */
export class DictationWriter implements Dictation {
  /** @param onClosed - told once, when the last words have come. */
  static async open(parts: DictationWriterParts, onClosed: () => void): Promise<DictationWriter> {
    return new DictationWriter(parts, await createHearing(), onClosed);
  }

  readonly events: Dictation['events'] = new Emitter();
  readonly #parts: DictationWriterParts;
  readonly #hearing: Hearing;
  readonly #frames: VoiceFrames;
  readonly #onClosed: () => void;
  /** Of utterances whose words have not come yet. */
  readonly #open = new Map<Utterance, Recognition>();
  /** Words in the order of the utterances. */
  #line: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  /** Nothing is told any more. */
  #isOver = false;

  private constructor(parts: DictationWriterParts, hearing: Hearing, onClosed: () => void) {
    this.#parts = parts;
    this.#hearing = hearing;
    this.#onClosed = onClosed;
    this.#frames = new VoiceFrames({
      clock: parts.clock,
      onFrame: (frame, atMs) => hearing.hear(frame, atMs),
    });
    this.#listen();
  }

  hear(pcm: Uint8Array): void {
    if (this.#closed === undefined) this.#frames.push(pcm);
  }

  tune({ thresholdDbfs }: Pick<SessionTuning, 'thresholdDbfs'>): void {
    this.#frames.thresholdDbfs = thresholdDbfs;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // What is being said is its end.
    this.#hearing.close();
    const giveUp = this.#parts.clock.after(CLOSE_MS, () => {
      this.#isOver = true;
      for (const recognition of this.#open.values()) recognition.cancel();
    });
    await this.#line;
    giveUp.cancel();
    this.#isOver = true;
    this.#onClosed();
  }

  #listen(): void {
    const hearing = this.#hearing;
    const { isStreaming } = this.#parts.recognizer;
    hearing.events.on('began', (utterance) => {
      this.events.emit('voice', true);
      if (isStreaming) this.#write(utterance, utterance.stream());
    });
    hearing.events.on('ended', (utterance) => {
      this.events.emit('voice', false);
      if (!isStreaming) this.#write(utterance, once(utterance.pcm()));
      this.#open.get(utterance)?.expectEnd();
    });
    hearing.events.on('dropped', (utterance) => {
      this.events.emit('voice', false);
      this.#open.get(utterance)?.cancel();
    });
  }

  #write(utterance: Utterance, sound: AsyncIterable<Uint8Array>): void {
    const { clock, recognizer, language = '' } = this.#parts;
    const recognition = new Recognition({
      ...{ clock, recognizer, sound, language },
      hints: [],
      limitMs: WORDS_WITHIN_MS,
      onPartial: (text) => {
        if (recognizer.isStreaming && !this.#isOver && text !== '') this.events.emit('partial', text);
      },
    });
    this.#open.set(utterance, recognition);
    this.#line = this.#line.then(() => this.#told(utterance, recognition));
  }

  async #told(utterance: Utterance, recognition: Recognition): Promise<void> {
    try {
      const words = await recognition.done;
      if (words !== '' && !this.#isOver) this.events.emit('final', words);
    } catch (error) {
      // Nobody's words: it was too short, or nobody waits any more.
      if (this.#isOver || isAbortError(error)) return;
      const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_SPEECH_FAILED';
      this.events.emit('error', { code, message: errorText(this.#parts.toldFault(error)) });
    } finally {
      this.#open.delete(utterance);
    }
  }
}
