import type { Caller } from '../access/index.js';
import { Recognition } from '../dialogue/index.js';
import { createHearing, type Hearing, type Utterance } from '../hearing/index.js';
import { BridgeError, type Clock, Emitter, errorText, isAbortError, RequestError } from '../runtime/index.js';
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
/** Words come so soon after the end of an utterance, or not at all. */
const WORDS_WITHIN_MS = 10_000;
/** Last words are waited for so long. */
const CLOSE_MS = 3000;

/** A stream that is open, or about to be. */
interface Place {
  readonly caller: string;
  writer?: Writer;
}

/** Streams of sound that are written down, and nothing else. */
export class Dictations {
  readonly #options: DictationsOptions;
  readonly #places = new Set<Place>();
  #isClosed = false;

  constructor(options: DictationsOptions) {
    this.#options = options;
  }

  /** @throws as `Sessions.dictate`. */
  async open({ id }: Caller, { language }: Pick<TranscribeOptions, 'language'> = {}): Promise<Dictation> {
    const house = this.#options.houses.get(undefined);
    const place = this.#place(id);
    const leaveHouse = house.enter();
    const leave = (): void => {
      this.#places.delete(place);
      leaveHouse();
    };
    try {
      const { recognizer } = await house.shared();
      if (recognizer === undefined)
        throw new RequestError(
          'BRIDGE_ERR_SPEECH_ENGINE',
          'No recogniser is set up: the model hears by itself. Name one with sttEngine.',
        );
      const hearing = await createHearing();
      const { clock } = this.#options;
      const writer = new Writer({ clock, recognizer, language, hearing }, leave);
      place.writer = writer;
      if (!this.#isClosed) return writer;
      await writer.close();
      throw closing();
    } catch (error) {
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#places].map(({ writer }) => writer?.close()));
  }

  /** Taken at once: what is being opened counts. @throws {RequestError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_TURN_REFUSED */
  #place(caller: string): Place {
    if (this.#isClosed) throw closing();
    const own = [...this.#places].filter((place) => place.caller === caller).length;
    if (own >= MAX_PER_CALLER || this.#places.size >= this.#options.maxAtATime)
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', 'Too many streams are being written down.', {
        retryable: true,
      });
    const place: Place = { caller };
    this.#places.add(place);
    return place;
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
  /** Of utterances whose words have not come yet. */
  readonly #open = new Map<Utterance, Recognition>();
  /** Words in the order of the utterances. */
  #line: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  /** Nothing is told any more. */
  #isOver = false;

  constructor(parts: WriterParts, onClosed: () => void) {
    this.#parts = parts;
    this.#onClosed = onClosed;
    const { clock, hearing } = parts;
    this.#frames = new VoiceFrames({ clock, onFrame: (frame, atMs) => hearing.hear(frame, atMs) });
    this.#listen(parts);
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
    const { hearing, clock } = this.#parts;
    // What is being said is its end.
    hearing.close();
    const giveUp = clock.after(CLOSE_MS, () => {
      this.#isOver = true;
      for (const recognition of this.#open.values()) recognition.cancel();
    });
    await this.#line;
    giveUp.cancel();
    this.#isOver = true;
    this.#onClosed();
  }

  #listen({ hearing, recognizer }: WriterParts): void {
    const { isStreaming } = recognizer;
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
      this.events.emit('error', { code, message: errorText(error) });
    } finally {
      this.#open.delete(utterance);
    }
  }
}

function closing(): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The bridge is closing.');
}

async function* once(pcm: Uint8Array): AsyncGenerator<Uint8Array> {
  yield pcm;
}
