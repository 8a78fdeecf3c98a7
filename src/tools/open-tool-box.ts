import { setMaxListeners } from 'node:events';
import type { ChatMessage, ToolCall, ToolSpec } from '../llm/index.js';
import {
  type Clock,
  Emitter,
  type Logger,
  linkedSignal,
  orAborted,
  SILENT_LOGGER,
} from '../runtime/index.js';
import { ArgumentChecks } from './check-arguments.js';
import {
  EXTERNAL_TOOL,
  externalRequest,
  externalTool,
  externalToolInstruction,
  type GetDynamicTools,
  retrievalQuery,
  retrieveTools,
} from './dynamic-tools.js';
import { mergeCalls } from './merge-calls.js';
import { faultText } from './result-text.js';
import type { Tool, TurnMetadata } from './tool.js';
import type { CallOutcome, OfferedTools, ToolBox, ToolBoxEvents } from './tool-box.js';
import { errorResult, ToolCalls } from './tool-calls.js';
import type { SourceStatus, ToolSource } from './tool-source.js';
import { ToolTable } from './tool-table.js';

export interface ToolBoxOptions {
  /** For tools that name none. @default 30000 */
  readonly timeoutMs?: number;
  /** The longest result that a model is given. @default 16000 */
  readonly maxResultChars?: number;
}

export interface ToolBoxPorts {
  readonly clock: Clock;
  readonly log?: Logger;
  /** The program's own tools. */
  readonly tools?: readonly Tool[];
  /** @default a search by words over names, descriptions and instructions */
  readonly getDynamicTools?: GetDynamicTools;
  /** Closed with the box. */
  readonly sources?: readonly ToolSource[];
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RESULT_CHARS = 16_000;
/** A search that takes longer keeps the user waiting more than it helps. */
const RETRIEVAL_TIMEOUT_MS = 3000;
const MAX_CALLS_AT_ONCE = 16;
const TOO_MANY_CALLS = `At most ${MAX_CALLS_AT_ONCE} calls can run at once. Call this one again later, if it is still needed.`;

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - two tools with one name. */
export function openToolBox(options: ToolBoxOptions, ports: ToolBoxPorts): ToolBox {
  return new ToolBoxOfTurns(options, ports);
}

class ToolBoxOfTurns implements ToolBox {
  readonly events = new Emitter<ToolBoxEvents>();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #table: ToolTable;
  readonly #sources: readonly ToolSource[];
  readonly #getDynamicTools: GetDynamicTools | undefined;
  readonly #calls: ToolCalls;
  readonly #trigger = externalTool();

  constructor(options: ToolBoxOptions, ports: ToolBoxPorts) {
    const { clock, log = SILENT_LOGGER, tools = [], sources = [], getDynamicTools } = ports;
    this.#clock = clock;
    this.#log = log;
    this.#sources = sources;
    this.#getDynamicTools = getDynamicTools;
    this.#table = new ToolTable(sources);
    for (const tool of tools) this.#table.add(tool);
    for (const { events } of sources) events.on('changed', () => this.#changed());
    this.#calls = new ToolCalls({
      clock,
      log,
      checks: new ArgumentChecks(log),
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxResultChars: options.maxResultChars ?? DEFAULT_RESULT_CHARS,
      events: this.events,
    });
  }

  get tools(): readonly Tool[] {
    return this.#table.available;
  }

  get sources(): readonly SourceStatus[] {
    return this.#sources.map(({ status }) => status);
  }

  async settled(signal?: AbortSignal): Promise<void> {
    await orAborted(Promise.all(this.#sources.map((source) => source.settled)), signal);
  }

  add(tool: Tool): void {
    this.#table.add(tool);
    this.events.emit('changed');
  }

  remove(name: string): boolean {
    const wasThere = this.#table.remove(name);
    if (wasThere) this.events.emit('changed');
    return wasThere;
  }

  async offered(
    messages: readonly ChatMessage[],
    metadata: TurnMetadata,
    signal?: AbortSignal,
  ): Promise<OfferedTools> {
    signal?.throwIfAborted();
    const { available } = this.#table;
    const dynamic = available.filter(({ isDynamic = false }) => isDynamic);
    const usual = available.filter(({ isDynamic = false }) => !isDynamic);
    if (dynamic.length === 0) return offerOf(usual, []);
    const request = externalRequest(messages);
    const wanted =
      request === undefined ? [] : await this.#wanted(dynamic, { messages, metadata, signal, request });
    const trigger = this.#table.entries.has(EXTERNAL_TOOL) ? [] : [this.#trigger];
    return offerOf([...usual, ...wanted, ...trigger], [externalToolInstruction(dynamic)]);
  }

  call(call: ToolCall, metadata: TurnMetadata, signal?: AbortSignal): AsyncIterable<CallOutcome> {
    const entry = this.#table.entries.get(call.name) ?? this.#triggerEntry(call.name);
    if (entry === undefined) return just(errorResult(this.#table.unknownText(call.name)), signal);
    if (entry.lost !== undefined) return just(errorResult(entry.lost), signal);
    return this.#calls.run(entry, { call, metadata, signal });
  }

  async *callAll(
    calls: readonly ToolCall[],
    metadata: TurnMetadata,
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly call: ToolCall; readonly outcome: CallOutcome }, void> {
    // A generator that waits hears nothing of who does not want it any more, so that is told by a signal.
    const left = new AbortController();
    const linked = linkedSignal(left.signal, ...(signal === undefined ? [] : [signal]));
    // Each call listens to it; that many are meant.
    setMaxListeners(0, linked.signal);
    try {
      yield* mergeCalls(
        calls.map((call, index) => ({
          call,
          outcomes:
            index < MAX_CALLS_AT_ONCE
              ? this.call(call, metadata, linked.signal)
              : just(errorResult(TOO_MANY_CALLS), linked.signal),
        })),
      );
    } finally {
      left.abort(new DOMException('The calls are not wanted any more', 'AbortError'));
      linked.release();
    }
  }

  stopTasks(session?: string): void {
    this.#calls.stopTasks(session);
  }

  async close(): Promise<void> {
    this.#calls.close();
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  #changed(): void {
    this.#table.changed();
    this.events.emit('changed');
  }

  #triggerEntry(name: string) {
    if (name !== EXTERNAL_TOOL) return undefined;
    const hasDynamic = this.#table.available.some(({ isDynamic = false }) => isDynamic);
    return hasDynamic ? { tool: this.#trigger, lost: undefined, isForeign: false } : undefined;
  }

  async #wanted(
    dynamic: readonly Tool[],
    turn: {
      readonly messages: readonly ChatMessage[];
      readonly metadata: TurnMetadata;
      readonly signal: AbortSignal | undefined;
      readonly request: string;
    },
  ): Promise<readonly Tool[]> {
    const { messages, metadata, signal, request } = turn;
    if (this.#getDynamicTools !== undefined) {
      const chosen = await this.#chosen(this.#getDynamicTools, { messages, metadata, signal });
      if (chosen !== undefined) return dynamic.filter(({ name }) => chosen.has(name));
    }
    return retrieveTools(dynamic, retrievalQuery(messages, request));
  }

  /** What the hook names; undefined: it failed, and the usual search takes over. */
  async #chosen(
    hook: GetDynamicTools,
    turn: {
      readonly messages: readonly ChatMessage[];
      readonly metadata: TurnMetadata;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<ReadonlySet<string> | undefined> {
    const limit = new AbortController();
    const timer = this.#clock.after(RETRIEVAL_TIMEOUT_MS, () =>
      limit.abort(new DOMException(`it took longer than ${RETRIEVAL_TIMEOUT_MS} ms`, 'TimeoutError')),
    );
    const { signal, release } = linkedSignal(
      limit.signal,
      ...(turn.signal === undefined ? [] : [turn.signal]),
    );
    try {
      const asked = Promise.resolve().then(() => hook(turn.messages, turn.metadata, signal));
      return new Set((await orAborted(asked, signal)).map(({ name }) => name));
    } catch (error) {
      turn.signal?.throwIfAborted();
      this.#log.warn({ error: faultText(error) }, 'The hook that retrieves dynamic tools failed');
      return undefined;
    } finally {
      timer.cancel();
      release();
    }
  }
}

function offerOf(tools: readonly Tool[], more: readonly string[]): OfferedTools {
  const instructions = tools.map(({ instruction = '' }) => instruction.trim()).filter((text) => text !== '');
  return { specs: tools.map(specOf), instructions: [...new Set(instructions), ...more] };
}

/** What a vendor is told, and nothing else of the tool. */
function specOf({ name, description, parameters }: Tool): ToolSpec {
  // OpenAI refuses an object without properties, which MCP servers give for tools that take nothing.
  const whole = parameters['properties'] === undefined ? { ...parameters, properties: {} } : parameters;
  return { name, description, parameters: whole };
}

async function* just(
  outcome: CallOutcome,
  signal: AbortSignal | undefined,
): AsyncGenerator<CallOutcome, void> {
  signal?.throwIfAborted();
  yield outcome;
}
