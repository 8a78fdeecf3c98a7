import type { ToolCall } from '../llm/index.js';
import type { Clock, Emitter, Logger } from '../runtime/index.js';
import type { ArgumentChecks } from './check-arguments.js';
import { faultText, resultText } from './result-text.js';
import type { ToolOutcome, TurnMetadata } from './tool.js';
import type { CallOutcome, CallResult, ToolBoxEvents } from './tool-box.js';
import type { TableEntry } from './tool-table.js';
import { ToolTask } from './tool-task.js';

/** Of a tool that goes on in the background and names no limit. */
const BACKGROUND_TIMEOUT_MS = 600_000;
const MAX_TASKS = 16;
/** A picture for a model needs no more, and one message carries a few. */
const MAX_IMAGES = 4;
const MAX_IMAGE_CHARS = 8_000_000;

/** One call as a turn makes it. */
export interface Asked {
  readonly call: ToolCall;
  readonly metadata: TurnMetadata;
  readonly signal: AbortSignal | undefined;
}

export interface ToolCallsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly checks: ArgumentChecks;
  readonly timeoutMs: number;
  readonly maxResultChars: number;
  readonly events: Emitter<ToolBoxEvents>;
}

type Step = { readonly outcome: ToolOutcome | undefined } | { readonly fault: unknown } | 'background';

/** Runs calls, and keeps those that go on after their turn. */
export class ToolCalls {
  readonly #parts: ToolCallsParts;
  readonly #background = new Map<string, { readonly task: ToolTask; readonly session: string }>();
  readonly #running = new Set<ToolTask>();
  #taskCount = 0;
  #isClosed = false;

  constructor(parts: ToolCallsParts) {
    this.#parts = parts;
  }

  /** @throws the signal's reason */
  async *run(entry: TableEntry, asked: Asked): AsyncGenerator<CallOutcome, void> {
    const { call, metadata, signal } = asked;
    signal?.throwIfAborted();
    const checked = await this.#parts.checks.check(entry.tool, call.argumentsJson, entry.isForeign);
    signal?.throwIfAborted();
    const problem = this.#isClosed ? 'Tools are closed.' : 'problem' in checked ? checked.problem : undefined;
    if (problem !== undefined || 'problem' in checked) {
      yield errorResult(problem ?? '');
      return;
    }
    const { tool } = entry;
    const standardMs = tool.backgroundAfterMs === undefined ? this.#parts.timeoutMs : BACKGROUND_TIMEOUT_MS;
    const timeoutMs = tool.timeoutMs ?? standardMs;
    const { clock } = this.#parts;
    const task = new ToolTask(tool, checked.args, { metadata, clock, timeoutMs, signal });
    yield* this.#foreground(task, asked, { timeoutMs, backgroundAfterMs: tool.backgroundAfterMs });
  }

  /** Ends everything that runs; what is called later ends with an error. */
  close(): void {
    this.#isClosed = true;
    this.stopTasks();
    for (const task of this.#running) task.stop();
  }

  stopTasks(session?: string): void {
    for (const [taskId, { task, session: owner }] of this.#background) {
      if (session !== undefined && owner !== session) continue;
      this.#background.delete(taskId);
      task.stop();
    }
  }

  async *#foreground(
    task: ToolTask,
    asked: Asked,
    limits: { readonly timeoutMs: number; readonly backgroundAfterMs: number | undefined },
  ): AsyncGenerator<CallOutcome, void> {
    const patience = this.#patience(limits.backgroundAfterMs);
    let isHandedOver = false;
    this.#running.add(task);
    try {
      for (;;) {
        const pending = settled(task);
        const step = await Promise.race([pending, patience.over]);
        if (step === 'background') {
          isHandedOver = this.#background.size < MAX_TASKS;
          yield isHandedOver ? this.#goOn(task, asked, pending) : errorResult(TOO_MANY_TASKS);
          return;
        }
        if ('outcome' in step && step.outcome?.type === 'progress') {
          yield step.outcome;
          continue;
        }
        const result = this.#resultOf(step, task, asked, limits.timeoutMs);
        // A tool may have more to say later, when it streams; the turn goes on with this.
        isHandedOver = task.isStream && 'outcome' in step && step.outcome !== undefined;
        isHandedOver &&= this.#background.size < MAX_TASKS;
        if (isHandedOver) this.#watchRest(task, asked);
        yield result;
        return;
      }
    } finally {
      patience.cancel();
      this.#running.delete(task);
      if (!isHandedOver) task.stop();
    }
  }

  /** Tells when the turn should not wait any longer. */
  #patience(afterMs: number | undefined): { readonly over: Promise<'background'>; cancel(): void } {
    let timer: { cancel(): void } | undefined;
    const over = new Promise<'background'>((resolve) => {
      if (afterMs !== undefined) timer = this.#parts.clock.after(afterMs, () => resolve('background'));
    });
    return { over, cancel: () => timer?.cancel() };
  }

  #goOn(task: ToolTask, asked: Asked, pending: Promise<Exclude<Step, 'background'>>): CallResult {
    const taskId = this.#keep(task, asked);
    void this.#follow(taskId, task, asked, pending, true);
    const text = `Still running in the background as ${taskId}. The result comes later by itself: do not call it again, and tell the user that it takes a while.`;
    return { type: 'result', value: { status: 'running', taskId }, text, isError: false, images: [], taskId };
  }

  #watchRest(task: ToolTask, asked: Asked): void {
    const taskId = this.#keep(task, asked);
    void this.#follow(taskId, task, asked, settled(task), false);
  }

  #keep(task: ToolTask, { metadata }: Asked): string {
    task.leaveTurn();
    const taskId = `task-${++this.#taskCount}`;
    this.#background.set(taskId, { task, session: metadata.session });
    return taskId;
  }

  /** @param owesResult - the model was promised one: an end without it is a fault. */
  async #follow(
    taskId: string,
    task: ToolTask,
    asked: Asked,
    first: Promise<Exclude<Step, 'background'>>,
    owesResult: boolean,
  ): Promise<void> {
    const { call, metadata } = asked;
    const { events } = this.#parts;
    let pending = first;
    for (;;) {
      const step = await pending;
      if (!this.#background.has(taskId)) return;
      if ('outcome' in step && step.outcome?.type === 'progress') {
        events.emit('progress', { taskId, call, metadata, value: step.outcome.value });
        pending = settled(task);
        continue;
      }
      this.#background.delete(taskId);
      const isSilentEnd = 'outcome' in step && step.outcome === undefined && !owesResult;
      if (!isSilentEnd) {
        const result = this.#resultOf(step, task, { ...asked, signal: undefined });
        events.emit('finished', { taskId, call, metadata, result });
      }
      task.stop();
      return;
    }
  }

  /** @throws the signal's reason */
  #resultOf(step: Exclude<Step, 'background'>, task: ToolTask, asked: Asked, timeoutMs?: number): CallResult {
    if ('outcome' in step) {
      const { outcome } = step;
      if (outcome?.type === 'result') return this.#written(outcome);
      return errorResult('The tool ended without a result.');
    }
    if (task.end === 'aborted') throw asked.signal?.reason;
    if (task.end === 'stopped') return errorResult('The tool was ended.');
    const { log } = this.#parts;
    log.warn({ tool: asked.call.name, end: task.end, error: faultText(step.fault) }, 'A tool failed');
    if (task.end === 'tooSlow') {
      const limit = timeoutMs === undefined ? '' : ` after ${Math.round(timeoutMs / 100) / 10} s`;
      return errorResult(`The tool took too long and was ended${limit}.`);
    }
    return errorResult(`The tool failed: ${faultText(step.fault)}`);
  }

  #written(outcome: Extract<ToolOutcome, { type: 'result' }>): CallResult {
    const { value, isError = false } = outcome;
    const images = (outcome.images ?? [])
      .filter((image) => image.length <= MAX_IMAGE_CHARS)
      .slice(0, MAX_IMAGES);
    try {
      return { type: 'result', value, text: resultText(value, this.#parts.maxResultChars), isError, images };
    } catch (error) {
      return errorResult(`The tool gave a result that cannot be written as JSON: ${faultText(error)}`);
    }
  }
}

const TOO_MANY_TASKS = `The tool was ended: ${MAX_TASKS} others run in the background already. Try it later.`;

export function errorResult(text: string): CallResult {
  return { type: 'result', value: text, text, isError: true, images: [] };
}

/** The next step as a value, so that nobody has to catch what is looked at later. */
async function settled(task: ToolTask): Promise<Exclude<Step, 'background'>> {
  try {
    return { outcome: await task.next() };
  } catch (fault) {
    return { fault };
  }
}
