import type { Caller, Role } from '../access/index.js';
import { orAborted, RequestError } from '../runtime/index.js';

export interface WorkLimits {
  /** Of one caller at a time; four times as many may wait. */
  readonly perCaller: Readonly<Record<Role, number>>;
  /** Of all callers at a time. */
  readonly total: number;
}

/** A popup makes two pieces of an answer into sound at a time. */
export const WORK_LIMITS: WorkLimits = { perCaller: { visitor: 2, client: 8, operator: 16 }, total: 64 };

/** In line for one that runs. */
const WAITING_FACTOR = 4;

interface Line {
  readonly id: string;
  readonly limit: number;
  running: number;
  /** Begin the next. */
  readonly waiting: (() => void)[];
}

/** Work that costs an engine something: so much at a time, some waits, more is refused. No caller keeps another from its turn for long. */
export class WorkBounds {
  readonly #limits: WorkLimits;
  /** By caller; those without work are not in it. Who was done with last stands last. */
  readonly #lines = new Map<string, Line>();
  #running = 0;

  /** Callers that have work here. */
  get callers(): number {
    return this.#lines.size;
  }

  constructor(limits: WorkLimits = WORK_LIMITS) {
    this.#limits = limits;
  }

  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL; the signal's reason; what the work throws. */
  async run<T>(caller: Caller, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const line = this.#lineOf(caller);
    await this.#begun(line, signal);
    try {
      return await work();
    } finally {
      this.#ended(line);
    }
  }

  #lineOf({ id, role }: Caller): Line {
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const line: Line = { id, limit: this.#limits.perCaller[role], running: 0, waiting: [] };
    this.#lines.set(id, line);
    return line;
  }

  async #begun(line: Line, signal: AbortSignal | undefined): Promise<void> {
    const { limit, running, waiting } = line;
    if (waiting.length >= limit * WAITING_FACTOR)
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `${running} such requests of this caller run and ${waiting.length} wait. Try again in a moment.`,
        { retryable: true },
      );
    let begin = (): void => {};
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    waiting.push(begin);
    this.#next();
    try {
      await orAborted(turn, signal);
    } catch (error) {
      const at = waiting.indexOf(begin);
      // Its turn came in the same moment.
      if (at < 0) this.#ended(line);
      else waiting.splice(at, 1);
      this.#forget(line);
      throw error;
    }
  }

  #ended(line: Line): void {
    line.running--;
    this.#running--;
    // Behind those who were not served yet.
    this.#lines.delete(line.id);
    this.#lines.set(line.id, line);
    this.#forget(line);
    this.#next();
  }

  #next(): void {
    for (const line of [...this.#lines.values()]) {
      while (line.running < line.limit && this.#running < this.#limits.total) {
        const begin = line.waiting.shift();
        if (begin === undefined) break;
        line.running++;
        this.#running++;
        begin();
      }
    }
  }

  #forget({ id, running, waiting }: Line): void {
    if (running === 0 && waiting.length === 0) this.#lines.delete(id);
  }
}
