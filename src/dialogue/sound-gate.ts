import { type GivenPart, type GivenSound, givenMs } from '../reply/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import type { ResponseGuard } from '../tools/index.js';
import type { PieceReader } from './ports.js';

export interface SoundGateOptions {
  readonly clock: Clock;
  readonly guard: ResponseGuard;
  readonly reader: PieceReader;
  /** Words that wait for their clause are looked at when none come for so long. */
  readonly stallMs: number;
  /** Words that were let through, as the model gave them. */
  readonly onPassed: (raw: string) => void;
  /**
   * Once: nothing more is let through.
   *
   * @param text - said in its place; undefined: the conversation's own words. @param soundMs - how much sound was let through.
   */
  readonly onBlocked: (text: string | undefined, soundMs: number) => void;
}

interface Held {
  readonly sound: GivenPart;
  /** Letters that had come before it: all of them must be let through first. */
  readonly behind: number;
}

/**
 * Lets sound through behind words that guards have seen: it waits until the clause that had begun when it came was looked at. What a guard
 * would say in place of some words cannot be put into the sound, so the reply ends there and that is said instead.
 *
 * Words come with their sound or before it; of a server that writes them down later, the sound that came before its words is heard.
 */
export class SoundGate {
  readonly #options: SoundGateOptions;
  #held: Held[] = [];
  #queue: Promise<void> = Promise.resolve();
  #come = 0;
  #passed = 0;
  #soundMs = 0;
  #isAllKnown = false;
  /** A guard ended it, or nobody listens any more. */
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #stall: Timer | undefined;
  #wake: () => void = () => {};

  constructor(options: SoundGateOptions) {
    this.#options = options;
  }

  /** Words as the model gives them, before `through` is given the sound that comes next. */
  words(raw: string): void {
    this.#come += lettersIn(raw);
    this.#look(this.#options.reader.push(raw));
    this.#stall?.cancel();
    if (this.#isOver) return;
    const { clock, stallMs, reader } = this.#options;
    this.#stall = clock.after(stallMs, () => this.#look(reader.end()));
  }

  /** Settles when all words so far were looked at, finished or not. */
  flush(): Promise<void> {
    this.#stall?.cancel();
    this.#look(this.#options.reader.end());
    return this.#queue;
  }

  /** What may be heard of it. @throws what `sound` throws, behind what may be heard; the reason of a guard's signal. */
  async *through(sound: GivenSound['sound']): AsyncGenerator<GivenPart> {
    void this.#pump(sound);
    try {
      for (;;) {
        const first = this.#held[0];
        if (first !== undefined && this.#isFree(first)) {
          this.#held.shift();
          this.#soundMs += givenMs(first.sound);
          yield first.sound;
        } else if (this.#isOver || (first === undefined && this.#isAllKnown)) break;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
      if (this.#failure !== undefined) throw this.#failure.error;
    } finally {
      this.#isOver = true;
      this.#stall?.cancel();
    }
  }

  #isFree({ behind }: Held): boolean {
    const areWordsKnown = behind > 0 || this.#passed > 0 || this.#isAllKnown;
    return areWordsKnown && this.#passed >= behind;
  }

  async #pump(sound: GivenSound['sound']): Promise<void> {
    try {
      for await (const one of sound) {
        if (this.#isOver) return;
        this.#held.push({ sound: one, behind: this.#come });
        this.#wake();
      }
    } catch (error) {
      if (this.#isOver) return;
      this.#failure = { error };
    }
    this.#stall?.cancel();
    this.#look(this.#options.reader.end());
    this.#queue = this.#queue.then(() => {
      this.#isAllKnown = true;
      // Words without a piece, blanks at the end for example, hold nothing back.
      this.#passed = this.#come;
      this.#wake();
    });
  }

  #look(pieces: ReturnType<PieceReader['push']>): void {
    for (const { raw, text } of pieces)
      this.#queue = this.#queue.then(async () => {
        if (this.#isOver) return;
        try {
          const outcome = text.trim() === '' ? undefined : await this.#options.guard.piece(text);
          if (outcome !== undefined && outcome.action !== 'pass') this.#block(outcome.text);
          else this.#pass(raw);
        } catch (error) {
          this.#failure = { error };
          this.#stop();
        }
      });
  }

  #pass(raw: string): void {
    this.#passed += lettersIn(raw);
    this.#options.onPassed(raw);
    this.#wake();
  }

  #block(text: string | undefined): void {
    this.#failure = undefined;
    this.#stop();
    const leftMs = this.#held.reduce((sum, { sound }) => sum + givenMs(sound), 0);
    this.#options.onBlocked(text, this.#soundMs + leftMs);
  }

  #stop(): void {
    this.#isOver = true;
    this.#stall?.cancel();
    // What was let through is still heard.
    this.#held = this.#held.filter((one) => this.#isFree(one));
    this.#wake();
  }
}

/** The blank behind a sentence is given with the next, and holds nothing back. */
function lettersIn(text: string): number {
  return text.replace(/\s/g, '').length;
}
