import { ProviderError } from '../runtime/index.js';
import type { RealtimePart } from './realtime.js';

/** 45 minutes of sound: more than any answer. */
export const MAX_HELD_BYTES = 128 * 1024 * 1024;

/**
 * Parts on their way to one reader. The model gives sound faster than it is heard, so they wait here; an answer that does not fit is a
 * fault. Nothing is taken after the end.
 */
export class PartQueue implements AsyncIterable<RealtimePart> {
  readonly #provider: string;
  readonly #maxHeldBytes: number;
  #held: RealtimePart[] = [];
  #heldBytes = 0;
  #end: 'end' | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param provider - for messages. */
  constructor(provider: string, maxHeldBytes = MAX_HELD_BYTES) {
    this.#provider = provider;
    this.#maxHeldBytes = maxHeldBytes;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  push(part: RealtimePart): void {
    if (this.#end !== undefined) return;
    this.#held.push(part);
    if (part.type === 'sound') this.#heldBytes += part.pcm.byteLength;
    if (part.type === 'end') this.#end = 'end';
    if (this.#heldBytes > this.#maxHeldBytes) this.fail(this.#tooMuch());
    this.#wake?.();
  }

  /** What is held is still given, then the error is thrown. */
  fail(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#wake?.();
  }

  /** What is held is given no more: this end comes next, even in place of another that nobody has seen yet. */
  cut(end: RealtimePart & { readonly type: 'end' }): void {
    this.#held = [end];
    this.#heldBytes = 0;
    this.#end = 'end';
    this.#wake?.();
  }

  /** What is held is given no more: the error comes next. */
  abort(error: unknown): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#end = { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RealtimePart, void> {
    for (;;) {
      const part = this.#held.shift();
      if (part === undefined) {
        if (typeof this.#end === 'object') throw this.#end.error;
        await this.#more();
        continue;
      }
      if (part.type === 'sound') this.#heldBytes -= part.pcm.byteLength;
      yield part;
      if (part.type === 'end') return;
    }
  }

  async #more(): Promise<void> {
    if (this.#held.length > 0 || this.#end !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #tooMuch(): ProviderError {
    return new ProviderError(
      'BRIDGE_ERR_LLM_FAILED',
      `${this.#provider}: expected at most ${this.#maxHeldBytes} bytes of sound that wait to be heard, and more came`,
      { provider: this.#provider },
    );
  }
}
