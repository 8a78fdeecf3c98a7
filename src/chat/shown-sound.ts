import type { GivenSound, HeardReply, Reply, ReplyEnd } from '../reply/index.js';
import { BridgeError, errorText, RequestError } from '../runtime/index.js';

/** The words of a sound that nobody hears: one piece, shown when all of them are known. */
export class ShownSound implements Reply {
  readonly ended: Promise<ReplyEnd>;
  readonly #reply: Reply;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param reply - of a voice that shows text. */
  constructor(reply: Reply, given: GivenSound) {
    this.#reply = reply;
    this.ended = reply.ended.then((end) => this.#told(end));
    void this.#show(given);
  }

  get events(): Reply['events'] {
    return this.#reply.events;
  }

  async push(): Promise<void> {}

  end(): void {}

  release(): void {
    this.#reply.release();
  }

  pause(): void {
    this.#reply.pause();
  }

  resume(): void {
    this.#reply.resume();
  }

  async cancel(): Promise<ReplyEnd> {
    void this.#reply.cancel();
    return this.ended;
  }

  heard(): HeardReply {
    return this.#reply.heard();
  }

  async #show(given: GivenSound): Promise<void> {
    try {
      // A model gives words and sound together: who wants the one must take the other.
      const [text] = await Promise.all([wordsOf(given), this.#drain(given)]);
      if (this.#isOver) return;
      if (text.trim() !== '') void this.#reply.push({ text });
      this.#reply.end();
    } catch (error) {
      this.#failure = { error };
      void this.#reply.cancel();
    }
  }

  async #drain({ sound }: GivenSound): Promise<void> {
    for await (const _ of sound) if (this.#isOver) return;
  }

  #told(end: ReplyEnd): ReplyEnd {
    this.#isOver = true;
    if (this.#failure === undefined) return end;
    const { error: cause } = this.#failure;
    const error =
      cause instanceof BridgeError
        ? cause
        : new RequestError('BRIDGE_ERR_LLM_FAILED', `The answer broke: ${errorText(cause)}`, { cause });
    return { reason: 'failed', heard: end.heard, error };
  }
}

async function wordsOf({ transcript }: GivenSound): Promise<string> {
  let text = '';
  for await (const words of transcript) text += words;
  return text;
}
