import type { AskPort, CommentQuestion } from '../../../src/comments/index.js';

interface Turn {
  readonly question: CommentQuestion;
  readonly end: (error?: unknown) => void;
}

/** A conversation driven by hand: it is idle when it is told so, and a turn ends when it is ended. */
export class FakePort implements AskPort {
  readonly turns: Turn[] = [];
  readonly #listeners = new Set<() => void>();
  #isIdle = true;

  isIdle(): boolean {
    return this.#isIdle;
  }

  onIdle(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  ask(question: CommentQuestion): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.turns.push({ question, end: (error) => (error === undefined ? resolve('said') : reject(error)) });
    });
  }

  setIdle(isIdle: boolean): void {
    this.#isIdle = isIdle;
    if (isIdle) for (const listener of this.#listeners) listener();
  }

  get asked(): readonly string[] {
    return this.turns.map(({ question }) => question.text);
  }

  /** Ends the turn that was asked last. */
  end(error?: unknown): void {
    this.turns.at(-1)?.end(error);
  }
}
