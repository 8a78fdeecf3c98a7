import { orAborted } from '../../runtime/index.js';
import { LinkedAbort, noLongerWanted } from './linked-abort.js';
import { Change, PartLane } from './part-lane.js';

export interface SpeechQueueOptions<J, P> {
  /** Sentences in the order in which they are heard; asked for one at a time, as there is room. */
  readonly jobs: AsyncIterable<J>;
  readonly speak: (job: J, signal: AbortSignal) => AsyncIterable<P>;
  /** How much sound a part holds. */
  readonly costMs: (part: P) => number;
  /** Sentences under way or waiting to be heard, the one being heard included; at least 1. */
  readonly parallel: number;
  /** Sound that may wait to be heard, all sentences together. */
  readonly maxBufferedMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sentences spoken side by side, heard one after the other.
 *
 * The first streams through as it comes; the next begin when it has sounded (an engine on this machine would share its power
 * between them and the first sound would come later) and wait, bounded in number and in sound. Each part comes exactly once and
 * in its place. An error comes in its place too, after everything before it was heard; then, or when the signal fires, or when
 * the parts are left, all that is under way ends together. Parts are asked of an engine only while there is room for them.
 */
export async function* speechQueue<J, P>(options: SpeechQueueOptions<J, P>): AsyncGenerator<P> {
  const run = new Run(options);
  try {
    yield* run.parts();
  } finally {
    run.close();
  }
}

class Run<J, P> {
  readonly #options: SpeechQueueOptions<J, P>;
  readonly #abort: LinkedAbort;
  readonly #change = new Change();
  /** In order; the first is being heard. */
  readonly #lanes: PartLane<P>[] = [];
  #bufferedMs = 0;
  #hasSounded = false;
  #source: 'open' | 'ended' | { readonly error: unknown } = 'open';

  constructor(options: SpeechQueueOptions<J, P>) {
    this.#options = options;
    this.#abort = new LinkedAbort(options.signal);
  }

  async *parts(): AsyncGenerator<P> {
    const { signal } = this.#abort;
    signal.throwIfAborted();
    void this.#readJobs();
    for (;;) {
      const lane = this.#lanes[0];
      const next = lane?.shift();
      if (next !== undefined) {
        this.#bufferedMs -= next.costMs;
        this.#change.notify();
        yield next.part;
        signal.throwIfAborted();
      } else if (lane?.end === 'done') {
        this.#lanes.shift();
        this.#change.notify();
      } else if (lane?.end !== undefined) throw lane.end.error;
      else if (lane === undefined && this.#source !== 'open') {
        if (this.#source === 'ended') return;
        throw this.#source.error;
      } else await orAborted(this.#change.next(), signal);
    }
  }

  close(): void {
    this.#abort.abort(noLongerWanted());
    this.#abort.release();
    this.#change.notify();
  }

  async #readJobs(): Promise<void> {
    const { jobs, parallel } = this.#options;
    const { signal } = this.#abort;
    const iterator = jobs[Symbol.asyncIterator]();
    try {
      for (;;) {
        await this.#until(
          () => this.#lanes.length === 0 || (this.#hasSounded && this.#lanes.length < parallel),
        );
        const next = await orAborted(iterator.next(), signal);
        if (next.done === true) break;
        const lane = new PartLane<P>();
        this.#lanes.push(lane);
        void this.#fill(lane, next.value);
      }
      this.#source = 'ended';
    } catch (error) {
      this.#source = { error };
      iterator.return?.()?.then(undefined, () => {});
    }
    this.#change.notify();
  }

  /** Never rejects: what goes wrong stands in the lane. */
  async #fill(lane: PartLane<P>, job: J): Promise<void> {
    const { speak, costMs, maxBufferedMs } = this.#options;
    const { signal } = this.#abort;
    let parts: AsyncIterator<P> | undefined;
    try {
      parts = speak(job, signal)[Symbol.asyncIterator]();
      for (;;) {
        const mayTake = (): boolean =>
          this.#bufferedMs < maxBufferedMs || (lane.isEmpty && lane === this.#lanes[0]);
        await this.#until(mayTake);
        const next = await orAborted(parts.next(), signal);
        if (next.done === true) break;
        const ms = costMs(next.value);
        this.#bufferedMs += ms;
        if (ms > 0) this.#hasSounded = true;
        lane.push(next.value, ms);
        this.#change.notify();
      }
      lane.end = 'done';
    } catch (error) {
      lane.end = { error };
      parts?.return?.()?.then(undefined, () => {});
    }
    // A sentence without any sound must not hold up the others.
    this.#hasSounded = true;
    this.#change.notify();
  }

  /** @throws the reason of the signal. */
  async #until(isSo: () => boolean): Promise<void> {
    const { signal } = this.#abort;
    signal.throwIfAborted();
    while (!isSo()) await orAborted(this.#change.next(), signal);
  }
}
