import { type Clock, type Emitter, InvalidStateError, type Random } from '../../runtime/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../chat-model.js';
import type { Llm, LlmEvents, LlmUsage } from '../llm.js';
import { type AnswerOptions, answerOfLines, RETRY_WITHIN_MS } from './answer-of-lines.js';
import type { ModelLine } from './model-line.js';
import type { UsageCounts } from './usage-counts.js';

export interface ComposedLlmOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The wanted one first; at least one. */
  readonly lines: readonly [ModelLine, ...ModelLine[]];
  /** Models that were made here, and end here. */
  readonly owned: readonly ChatModel[];
  readonly why: string;
  /** Told at the first use, when somebody listens. */
  readonly warnings: readonly string[];
  readonly usage: UsageCounts;
  readonly events: Emitter<LlmEvents>;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly retries: number;
  readonly maxRetryDelayMs: number;
  readonly restMs: number;
}

/** Engines in a row as one model. See `Llm`. */
export class ComposedLlm implements Llm {
  readonly events: Emitter<LlmEvents>;
  readonly #options: ComposedLlmOptions;
  readonly #answering: AnswerOptions;
  #warnings: readonly string[];
  #last: ModelLine | undefined;
  /** Why the engine that answers is not the wanted one. */
  #failed: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ComposedLlmOptions) {
    this.events = options.events;
    this.#options = options;
    this.#warnings = options.warnings;
    const { clock, random, retries, maxRetryDelayMs, restMs, usage, events } = options;
    this.#answering = {
      ...{ clock, random, retries, maxRetryDelayMs, restMs },
      onRetry: ({ name }, error, delayMs) => {
        usage.add(name, { retries: 1 });
        events.emit('retried', { engine: name, error, delayMs });
      },
      onFall: (from, to, error) => {
        this.#failed = from.name;
        events.emit('fellBack', { from: from.name, to: to.name, error });
      },
      onAnswer: (line) => this.#told(line),
    };
  }

  get name(): string {
    return this.#current.name;
  }

  get type(): string {
    return this.#current.model.type;
  }

  get model(): string {
    return this.#current.model.model;
  }

  get seesImages(): boolean {
    return this.#current.model.seesImages;
  }

  get callsTools(): boolean {
    return this.#current.model.callsTools;
  }

  /** Until the last engine is given up: each may be tried again for a while. */
  get patienceMs(): number {
    return this.#options.lines.reduce((sum, line) => sum + RETRY_WITHIN_MS + line.patienceMs, 0);
  }

  stream(request: ChatRequest): AsyncIterable<ChatPart> {
    if (this.#closing !== undefined) throw new InvalidStateError('The language model is closed');
    this.#warn();
    const { temperature, maxTokens } = this.#options;
    const whole: ChatRequest = {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...request,
    };
    return answerOfLines(this.#order(), whole, this.#answering);
  }

  /** Of the engine that would answer now; the others are warmed up by nobody, for they are seldom needed. */
  async warmUp(signal?: AbortSignal): Promise<void> {
    this.#warn();
    try {
      await this.#current.model.warmUp(signal);
    } catch {
      // The first turn will tell.
    }
  }

  usage(): readonly LlmUsage[] {
    return this.#options.usage.of(this.#options.lines.map(({ name }) => name));
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#options.owned.map((model) => model.close())).then(() => {
      this.events.removeAllListeners();
    });
    return this.#closing;
  }

  get #current(): ModelLine {
    return this.#order()[0];
  }

  /** Those that failed a moment ago come last; they are asked all the same when nobody else answers. */
  #order(): readonly [ModelLine, ...ModelLine[]] {
    const { lines } = this.#options;
    const fresh = lines.filter((line) => !line.isResting);
    const resting = lines.filter((line) => line.isResting);
    const [first = lines[0], ...rest] = [...fresh, ...resting];
    return [first, ...rest];
  }

  #warn(): void {
    const warnings = this.#warnings;
    this.#warnings = [];
    for (const text of warnings) this.events.emit('warned', text);
  }

  #told(line: ModelLine): void {
    if (this.#last === line) return;
    this.#last = line;
    const { type, model } = line.model;
    const isWanted = line === this.#options.lines[0];
    const why = isWanted ? this.#options.why : `${this.#failed ?? 'the engine before it'} failed`;
    this.events.emit('chosen', { engine: line.name, type, model, why });
  }
}
