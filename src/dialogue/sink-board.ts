import type { Cue, ExpressionSink, Phase } from '../expression/index.js';

/** Every sink as one: a sink that fails harms no other and no turn. */
export class SinkBoard {
  readonly #sinks: readonly ExpressionSink[];
  readonly #onFault: (sink: string, error: unknown) => void;

  constructor(sinks: readonly ExpressionSink[], onFault: (sink: string, error: unknown) => void) {
    this.#sinks = sinks;
    this.#onFault = onFault;
  }

  cue(cue: Cue, atMs: number): void {
    this.#each((sink) => sink.cue(cue, atMs));
  }

  phase(phase: Phase): void {
    this.#each((sink) => sink.phase?.(phase));
  }

  caption(text: string, speaker: 'user' | 'avatar'): void {
    this.#each((sink) => sink.caption?.(text, speaker));
  }

  interrupted(): void {
    this.#each((sink) => sink.interrupted?.());
  }

  #each(run: (sink: ExpressionSink) => void | Promise<void>): void {
    for (const sink of this.#sinks) {
      try {
        const pending = run(sink);
        if (pending instanceof Promise) pending.catch((error: unknown) => this.#onFault(sink.name, error));
      } catch (error) {
        this.#onFault(sink.name, error);
      }
    }
  }
}
