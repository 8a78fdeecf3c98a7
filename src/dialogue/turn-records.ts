import type { Services } from './services.js';
import type { TurnEnd } from './turn.js';
import { keepTurn } from './turn-record.js';
import type { TurnRun } from './turn-run.js';

interface Waiting {
  readonly run: TurnRun;
  readonly end: TurnEnd;
  isReady: boolean;
}

/** Turns on their way to what is kept, in their order: one whose words are still being written down waits for them, and all behind it. */
export class TurnRecords {
  readonly #services: Services;
  #waiting: Waiting[] = [];

  constructor(services: Services) {
    this.#services = services;
  }

  keep(run: TurnRun, end: TurnEnd): void {
    const { written } = run;
    const waiting: Waiting = { run, end, isReady: written === undefined };
    this.#waiting.push(waiting);
    this.#drain();
    void written?.then(() => {
      waiting.isReady = true;
      this.#drain();
    });
  }

  /** Nobody waits any more. */
  flush(): void {
    for (const waiting of this.#waiting) waiting.isReady = true;
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first?.isReady !== true) return;
      this.#waiting.shift();
      keepTurn(this.#services, first.run, first.end);
    }
  }
}
