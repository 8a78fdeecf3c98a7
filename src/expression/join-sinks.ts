import { type Clock, errorText, type Logger, sleep } from '../runtime/index.js';
import type { ExpressionSink } from './cue.js';

export interface JoinPorts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A sink with more calls unanswered hangs: it is left out until it answers. */
const MAX_UNANSWERED = 50;
const CLOSE_MS = 2000;

/**
 * Many sinks as one. One that throws, rejects or never answers is told of and stops neither the others nor the conversation; `close`
 * waits for each two seconds at most.
 */
export function joinSinks(sinks: readonly ExpressionSink[], ports: JoinPorts): ExpressionSink {
  const guards = sinks.map((sink) => new Guard(sink, ports));
  const each = (what: string, call: (sink: ExpressionSink) => unknown): void => {
    for (const guard of guards) guard.call(what, call);
  };
  return {
    name: sinks.map(({ name }) => name).join('+'),
    cue: (cue, atMs) => each('cue', (sink) => sink.cue(cue, atMs)),
    phase: (phase) => each('phase', (sink) => sink.phase?.(phase)),
    caption: (text, speaker) => each('caption', (sink) => sink.caption?.(text, speaker)),
    interrupted: () => each('interrupted', (sink) => sink.interrupted?.()),
    close: async () => {
      await Promise.all(guards.map((guard) => guard.close()));
    },
  };
}

class Guard {
  readonly #sink: ExpressionSink;
  readonly #ports: JoinPorts;
  #unanswered = 0;
  #isLeftOut = false;

  constructor(sink: ExpressionSink, ports: JoinPorts) {
    this.#sink = sink;
    this.#ports = ports;
  }

  call(what: string, call: (sink: ExpressionSink) => unknown): void {
    if (this.#unanswered >= MAX_UNANSWERED) {
      if (!this.#isLeftOut) this.#report(what, 'it does not answer and is left out');
      this.#isLeftOut = true;
      return;
    }
    try {
      const answer = call(this.#sink);
      if (isThenable(answer)) this.#wait(what, answer);
    } catch (error) {
      this.#report(what, errorText(error));
    }
  }

  async close(): Promise<void> {
    const late = new AbortController();
    const closed = Promise.resolve()
      .then(() => this.#sink.close())
      .catch((error: unknown) => this.#report('close', errorText(error)))
      .then(() => true);
    const waited = sleep(this.#ports.clock, CLOSE_MS, late.signal).then(
      () => false,
      () => false,
    );
    if (!(await Promise.race([closed, waited]))) this.#report('close', 'it does not answer');
    late.abort();
  }

  #wait(what: string, answer: PromiseLike<unknown>): void {
    this.#unanswered++;
    const answered = (): void => {
      this.#unanswered--;
      this.#isLeftOut = false;
    };
    answer.then(answered, (error: unknown) => {
      answered();
      this.#report(what, errorText(error));
    });
  }

  #report(what: string, error: string): void {
    this.#ports.logger.warn({ sink: this.#sink.name, what, error }, 'a sink of expressions failed');
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
