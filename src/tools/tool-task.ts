import { type Clock, orAborted } from '../runtime/index.js';
import type { Tool, ToolContext, ToolOutcome, TurnMetadata } from './tool.js';

/** Why a task ended before its tool did. */
export type TaskEnd = 'tooSlow' | 'aborted' | 'stopped';

/** One run of a tool: pulled step by step, ended by its time limit, its turn or its owner, even when the tool hears no signal. */
export class ToolTask {
  readonly #controller = new AbortController();
  readonly #steps: AsyncIterator<ToolOutcome>;
  readonly #limit: { cancel(): void };
  #leaveTurn: () => void = () => {};
  #end: TaskEnd | undefined;
  #isOver = false;
  #isStream = false;

  constructor(
    tool: Tool,
    args: Readonly<Record<string, unknown>>,
    options: {
      readonly metadata: TurnMetadata;
      readonly clock: Clock;
      readonly timeoutMs: number;
      readonly signal: AbortSignal | undefined;
    },
  ) {
    const { clock, timeoutMs, metadata, signal } = options;
    this.#steps = this.#run(tool, args, { metadata, signal: this.#controller.signal });
    this.#limit = clock.after(timeoutMs, () =>
      this.#abort('tooSlow', new DOMException(`The tool took longer than ${timeoutMs} ms`, 'TimeoutError')),
    );
    const onAbort = (): void => this.#abort('aborted', signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#leaveTurn = () => signal?.removeEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  }

  /** Why it ended early; undefined: it did not. */
  get end(): TaskEnd | undefined {
    return this.#end;
  }

  /** More may come after the first result. Known when that is here. */
  get isStream(): boolean {
    return this.#isStream;
  }

  /** The next outcome; undefined: no more come. One at a time. @throws what the tool throws; when it was ended: anything. */
  async next(): Promise<ToolOutcome | undefined> {
    const { value, done } = await orAborted(this.#steps.next(), this.#controller.signal);
    if (done === true) {
      this.#isOver = true;
      return undefined;
    }
    if (isOutcome(value)) return value;
    throw new TypeError("it gave something else than {type: 'progress' | 'result', value}");
  }

  /** The turn's end does not end it any more. */
  leaveTurn(): void {
    this.#leaveTurn();
  }

  /** Idempotent; after it nothing is owned any more. A tool that still runs is told by its signal. */
  stop(): void {
    this.#limit.cancel();
    this.#leaveTurn();
    if (this.#isOver) return;
    this.#abort('stopped', new DOMException('The tool is not needed any more', 'AbortError'));
  }

  async *#run(
    tool: Tool,
    args: Readonly<Record<string, unknown>>,
    context: ToolContext,
  ): AsyncGenerator<ToolOutcome, void> {
    const given = await tool.run(args, context);
    this.#isStream = isOutcomes(given);
    if (isOutcomes(given)) {
      yield* given;
      return;
    }
    this.#isOver = true;
    yield { type: 'result', value: given };
  }

  #abort(end: TaskEnd, reason: unknown): void {
    this.#end ??= end;
    this.#controller.abort(reason);
    // A generator that waits hears of it only when it goes on; who waits for it does not wait for that.
    void this.#steps.return?.().catch(() => {});
  }
}

/** Other things can be iterated too: a stream that a tool returns by mistake. */
function isOutcome(value: unknown): value is ToolOutcome {
  if (typeof value !== 'object' || value === null) return false;
  const { type } = value as { readonly type?: unknown };
  return type === 'progress' || type === 'result';
}

function isOutcomes(value: unknown): value is AsyncIterable<ToolOutcome> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
