import type { ChatMessage, ToolCall } from '../../../src/llm/index.js';
import { type Clock, Emitter, sleep } from '../../../src/runtime/index.js';
import type {
  CallOutcome,
  CallResult,
  FinishedTask,
  OfferedTools,
  Tool,
  ToolBox,
  ToolBoxEvents,
  TurnMetadata,
} from '../../../src/tools/index.js';

/** One tool, `look_up`, that takes its time and counts how often it had its effect. */
export class ScriptedTools implements ToolBox {
  readonly sources: ToolBox['sources'] = [];
  readonly events = new Emitter<ToolBoxEvents>();
  readonly tools: readonly Tool[] = [];
  readonly called: { readonly call: ToolCall; readonly metadata: TurnMetadata }[] = [];
  result: Omit<CallResult, 'type'> = { value: '晴れ', text: '晴れ', isError: false, images: [] };
  delayMs = 400;
  readonly #clock: () => Clock;

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  add(): void {}

  remove(): boolean {
    return false;
  }

  async offered(_messages: readonly ChatMessage[]): Promise<OfferedTools> {
    return {
      specs: [{ name: 'look_up', description: 'Looks something up', parameters: { type: 'object' } }],
      instructions: ['Look things up.'],
    };
  }

  async *call(call: ToolCall, metadata: TurnMetadata, signal?: AbortSignal): AsyncGenerator<CallOutcome> {
    this.called.push({ call, metadata });
    await sleep(this.#clock(), this.delayMs / 2, signal);
    yield { type: 'progress', value: 'half' };
    await sleep(this.#clock(), this.delayMs / 2, signal);
    yield { type: 'result', ...this.result };
  }

  async *callAll(
    calls: readonly ToolCall[],
    metadata: TurnMetadata,
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly call: ToolCall; readonly outcome: CallOutcome }> {
    for (const call of calls)
      for await (const outcome of this.call(call, metadata, signal)) yield { call, outcome };
  }

  finish(task: FinishedTask): void {
    this.events.emit('finished', task);
  }

  async settled(): Promise<void> {}

  stopTasks(): void {}

  async close(): Promise<void> {}
}
