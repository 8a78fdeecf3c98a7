import { errorText, type Logger, RequestError } from '../runtime/index.js';
import type { AvatarSound, AvatarSpeech } from './avatar-port.js';
import { failureOf } from './failure.js';
import type { Outbox } from './outbox.js';
import { API_LIMITS } from './protocol.js';

/** Sound of a client that waits for its avatar. */
const AHEAD_BYTES = 256 * 1024;

interface Speech {
  readonly speech: AvatarSpeech;
  readonly sound: AvatarSound | undefined;
  /** Writes follow each other. */
  written: Promise<void>;
  receivedBytes: number;
  acceptedBytes: number;
}

/** All speeches of all connections have different numbers: one that is gone is never taken for another. */
let lastSpeech = 0;

/** What one connection speaks and plays on lanes. */
export class LaneSpeeches {
  readonly #outbox: Outbox;
  readonly #logger: Logger;
  readonly #speeches = new Map<number, Speech>();
  #opening = 0;

  constructor({ outbox, logger }: { readonly outbox: Outbox; readonly logger: Logger }) {
    this.#outbox = outbox;
    this.#logger = logger;
  }

  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL; what `open` throws. */
  async open(open: () => Promise<AvatarSpeech | AvatarSound>): Promise<{ speech: number; lane: string }> {
    if (this.#speeches.size + this.#opening >= API_LIMITS.speeches)
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${API_LIMITS.speeches} speeches of a connection at a time: wait until one has ended`,
        { retryable: true },
      );
    this.#opening++;
    try {
      const speech = await open();
      return { speech: this.#begun(speech), lane: speech.lane };
    } finally {
      this.#opening--;
    }
  }

  /** More sound; of a speech that ended it is dropped. */
  sound(number: number, pcm: Uint8Array): void {
    const one = this.#speeches.get(number);
    const sound = one?.sound;
    if (one === undefined || sound === undefined) return;
    one.receivedBytes += pcm.byteLength;
    if (one.receivedBytes > one.acceptedBytes) {
      this.#logger.warn({ speech: number }, 'A program sent more sound than it was told to: its speech ends');
      one.speech.stop();
      return;
    }
    one.written = one.written.then(async () => {
      await sound.write(pcm);
      one.acceptedBytes += pcm.byteLength;
      this.#credit(number, one);
    });
    one.written = one.written.catch((error: unknown) => {
      this.#logger.warn({ speech: number, reason: errorText(error) }, 'Sound of a program was not taken');
      one.speech.stop();
    });
  }

  /** Behind what was sent so far. Does nothing for one that ended. */
  end(number: number): void {
    const one = this.#speeches.get(number);
    if (one === undefined) return;
    one.written = one.written.then(() => one.sound?.end());
  }

  stop(number: number): void {
    this.#speeches.get(number)?.speech.stop();
  }

  /** What was given is spoken to its end. */
  close(): void {
    for (const number of this.#speeches.keys()) this.end(number);
  }

  #begun(speech: AvatarSpeech | AvatarSound): number {
    const number = ++lastSpeech;
    const sound = 'write' in speech ? speech : undefined;
    const one: Speech = {
      speech,
      sound,
      written: Promise.resolve(),
      receivedBytes: 0,
      acceptedBytes: AHEAD_BYTES,
    };
    this.#speeches.set(number, one);
    const offs = [
      speech.events.on('started', () => this.#outbox.tell('speechStarted', { speech: number })),
      speech.events.on('heard', (heardMs) => this.#outbox.tell('speechHeard', { speech: number, heardMs })),
    ];
    void speech.ended.then(({ reason, heardMs, error }) => {
      for (const off of offs) off();
      this.#speeches.delete(number);
      const failure = error === undefined ? {} : { error: failureOf(error, this.#logger) };
      this.#outbox.tell('speechEnded', { speech: number, reason, heardMs, ...failure });
    });
    // Behind the answer that names it.
    if (sound !== undefined) queueMicrotask(() => queueMicrotask(() => this.#credit(number, one)));
    return number;
  }

  #credit(speech: number, { acceptedBytes }: Speech): void {
    if (this.#speeches.has(speech)) this.#outbox.tell('speechCredit', { speech, acceptedBytes });
  }
}
