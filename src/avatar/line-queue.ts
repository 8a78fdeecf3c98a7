import type { WireFrame } from '../protocol/index.js';
import { type BridgeError, RequestError } from '../runtime/index.js';

/** What happens to a line that finds the queue full. */
export type QueuePolicy = 'fail' | 'drop-oldest' | 'drop-newest';

export interface WaitingLine {
  readonly frame: WireFrame;
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: BridgeError) => void;
}

/** Lines that wait for a connection: bounded, with a named policy. Every line ends in `resolve` or `reject`. */
export class LineQueue {
  readonly #max: number;
  readonly #policy: QueuePolicy;
  readonly #lines: WaitingLine[] = [];

  constructor(max: number, policy: QueuePolicy) {
    this.#max = max;
    this.#policy = policy;
  }

  get size(): number {
    return this.#lines.length;
  }

  push(line: WaitingLine): void {
    if (this.#lines.length >= this.#max) {
      const error = new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${this.#max} messages waiting for MMDAgent-EX (policy ${this.#policy}). Connect it, or send less`,
        { retryable: true },
      );
      const refused = this.#policy === 'drop-oldest' ? this.#lines.shift() : line;
      refused?.reject(error);
      if (refused === line) return;
    }
    this.#lines.push(line);
  }

  remove(line: WaitingLine): boolean {
    const index = this.#lines.indexOf(line);
    if (index >= 0) this.#lines.splice(index, 1);
    return index >= 0;
  }

  takeAll(): WaitingLine[] {
    return this.#lines.splice(0);
  }
}
