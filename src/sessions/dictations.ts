import type { Caller } from '../access/index.js';
import { type Clock, RequestError } from '../runtime/index.js';
import type { DictationWriter } from './dictation-writer.js';
import type { Faults } from './faults.js';
import type { Houses } from './house.js';
import type { Dictation, TranscribeOptions } from './session.js';

export interface DictationsOptions {
  readonly clock: Clock;
  readonly houses: Houses;
  readonly faults: Faults;
  readonly maxAtATime: number;
}

const MAX_PER_CALLER = 8;

/** A stream that is open, or about to be. */
interface Place {
  readonly caller: string;
  writer?: DictationWriter;
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
  async open(caller: Caller, { language }: Pick<TranscribeOptions, 'language'> = {}): Promise<Dictation> {
    const house = this.#options.houses.get(undefined);
    const place = this.#place(caller.id);
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
      // Here, not above: what a recognition loads is not loaded by servers that nobody talks to.
      const { DictationWriter } = await import('./dictation-writer.js');
      const { clock, faults } = this.#options;
      const toldFault = (error: unknown) => faults.toldTo(caller, error);
      const writer = await DictationWriter.open({ clock, recognizer, language, toldFault }, leave);
      place.writer = writer;
      if (!this.#isClosed) return writer;
      await writer.close();
      throw closing();
    } catch (error) {
      leave();
      throw this.#options.faults.toldTo(caller, error);
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

function closing(): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The bridge is closing.');
}
