import type { Caller } from '../access/index.js';
import { createHearing, type Hearing, type Utterance } from '../hearing/index.js';
import { BridgeError, type Clock, Emitter, errorText, RequestError } from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';
import type { Houses } from './house.js';
import type { Dictation, SessionTuning, TranscribeOptions } from './session.js';
import { VoiceFrames } from './voice-frames.js';

export interface DictationsOptions {
  readonly clock: Clock;
  readonly houses: Houses;
  readonly maxAtATime: number;
}

const MAX_PER_CALLER = 8;

/** Streams of sound that are written down, and nothing else. */
export class Dictations {
  readonly #options: DictationsOptions;
  readonly #open = new Map<Writer, string>();

  constructor(options: DictationsOptions) {
    this.#options = options;
  }

  /** @throws as `Sessions.dictate`. */
  async open({ id }: Caller, { language }: Pick<TranscribeOptions, 'language'> = {}): Promise<Dictation> {
    const { clock, houses, maxAtATime } = this.#options;
    const own = [...this.#open.values()].filter((caller) => caller === id).length;
    if (own >= MAX_PER_CALLER || this.#open.size >= maxAtATime)
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', 'Too many streams are being written down.', {
        retryable: true,
      });
    const house = houses.get(undefined);
    const leave = house.enter();
    try {
      const { recognizer } = await house.shared();
      if (recognizer === undefined)
        throw new RequestError(
          'BRIDGE_ERR_SPEECH_ENGINE',
          'No recogniser is set up: the model hears by itself. Name one with sttEngine.',
        );
      const writer = new Writer({ clock, recognizer, language, hearing: await createHearing() }, () => {
        this.#open.delete(writer);
        leave();
      });
      this.#open.set(writer, id);
      return writer;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((writer) => writer.close()));
  }
}

interface WriterParts {
  readonly clock: Clock;
  readonly recognizer: Recognizer;
  readonly hearing: Hearing;
  readonly language: string | undefined;
}

class Writer implements Dictation {
  readonly events: Dictation['events'] = new Emitter();
  readonly #parts: WriterParts;
  readonly #frames: VoiceFrames;
  readonly #onClosed: () => void;
  readonly #ending = new AbortController();
  /** Words in the order of the utterances. */
  #line: Promise<void> = Promise.resolve();

  constructor(parts: WriterParts, onClosed: () => void) {
    this.#parts = parts;
    this.#onClosed = onClosed;
    const { clock, hearing, recognizer } = parts;
    this.#frames = new VoiceFrames({ clock, onFrame: (frame, atMs) => hearing.hear(frame, atMs) });
    const { events } = hearing;
    const heard = new WeakMap<Utterance, AbortController>();
    events.on('began', (utterance) => {
      this.events.emit('voice', true);
      if (!recognizer.isStreaming) return;
      const dropped = new AbortController();
      heard.set(utterance, dropped);
      this.#write(utterance.stream(), dropped.signal);
    });
    events.on('ended', (utterance) => {
      this.events.emit('voice', false);
      if (!recognizer.isStreaming) this.#write(once(utterance.pcm()), undefined);
    });
    events.on('dropped', (utterance) => {
      this.events.emit('voice', false);
      heard.get(utterance)?.abort();
    });
  }

  hear(pcm: Uint8Array): void {
    if (!this.#ending.signal.aborted) this.#frames.push(pcm);
  }

  tune({ thresholdDbfs }: Pick<SessionTuning, 'thresholdDbfs'>): void {
    this.#frames.thresholdDbfs = thresholdDbfs;
  }

  async close(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    // What is being said is its end.
    this.#parts.hearing.close();
    const giveUp = this.#parts.clock.after(CLOSE_MS, () => this.#ending.abort());
    await this.#line;
    giveUp.cancel();
    this.#ending.abort();
    this.#onClosed();
  }

  #write(sound: AsyncIterable<Uint8Array>, dropped: AbortSignal | undefined): void {
    const written = this.#words(sound, dropped);
    this.#line = this.#line.then(async () => {
      const words = await written;
      if (words !== undefined && words !== '' && dropped?.aborted !== true) this.events.emit('final', words);
    });
  }

  /** @returns undefined: it failed, and was told. */
  async #words(
    sound: AsyncIterable<Uint8Array>,
    dropped: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const { recognizer, language } = this.#parts;
    const finals: string[] = [];
    try {
      const parts = recognizer.recognize({
        sound,
        ...(language === undefined ? {} : { language }),
        signal: this.#ending.signal,
      });
      for await (const { type, text } of parts) {
        if (dropped?.aborted === true) return undefined;
        if (type === 'final' && text.trim() !== '') finals.push(text.trim());
        else if (type === 'partial') this.events.emit('partial', [...finals, text.trim()].join(' ').trim());
      }
      return finals.join(' ');
    } catch (error) {
      if (this.#ending.signal.aborted) return undefined;
      const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_SPEECH_FAILED';
      this.events.emit('error', { code, message: errorText(error) });
      return undefined;
    }
  }
}

/** Last words are waited for so long. */
const CLOSE_MS = 3000;

async function* once(pcm: Uint8Array): AsyncGenerator<Uint8Array> {
  yield pcm;
}
