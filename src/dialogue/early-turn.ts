import type { Utterance } from '../hearing/index.js';
import type { RealtimeSession, RealtimeTurn } from '../realtime/index.js';
import { deferred } from './settled.js';

/** A turn whose sound goes up while it is said; the model is not asked before it is known to be a question. */
export class EarlyTurn {
  readonly #ids: readonly number[];
  readonly #turn: RealtimeTurn;
  readonly #ended = deferred<void>();
  readonly #asked = deferred<void>();

  constructor(session: RealtimeSession, utterances: readonly Utterance[]) {
    this.#ids = utterances.map(({ id }) => id);
    const [only] = utterances;
    const sound = utterances.length === 1 && only !== undefined ? only.stream() : wholeSound(utterances);
    this.#turn = session.turn({
      sound: andThen(sound, this.#ended.promise),
      answerWhen: this.#asked.promise,
    });
  }

  isOf({ id }: Utterance): boolean {
    return this.#ids.includes(id);
  }

  isAllOf(utterances: readonly Utterance[]): boolean {
    return utterances.length === this.#ids.length && utterances.every((utterance) => this.isOf(utterance));
  }

  /** All was said. */
  write(): Promise<string | undefined> {
    this.#ended.resolve();
    return this.#turn.userText;
  }

  ask(): RealtimeTurn {
    this.#ended.resolve();
    this.#asked.resolve();
    return this.#turn;
  }

  drop(): void {
    this.#turn.cancel().catch(() => {});
    this.ask();
  }
}

/** One after the other, each as a whole. */
export async function* wholeSound(utterances: readonly Utterance[]): AsyncGenerator<Uint8Array> {
  for (const utterance of utterances) yield utterance.pcm();
}

async function* andThen(sound: AsyncIterable<Uint8Array>, end: Promise<void>): AsyncGenerator<Uint8Array> {
  yield* sound;
  await end;
}
