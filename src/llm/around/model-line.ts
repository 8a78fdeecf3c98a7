import { isAbortError, ProviderError } from '../../runtime/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../chat-model.js';
import { fitRequest, ownedValue, type Unfit } from './fit-request.js';
import type { UsageCounts } from './usage-counts.js';
import { type WatchOptions, watchedAnswer } from './watched-answer.js';
import { wholeAnswer } from './whole-answer.js';

export interface ModelLineOptions extends WatchOptions {
  /** As it is chosen: a model of a program's own may call itself something else. */
  readonly name: string;
  readonly usage: UsageCounts;
  readonly warn: (text: string) => void;
}

/**
 * One engine with what stands around each of its answers: counts ← contract ← watchdog ← what fits it ← engine. Every fault is a
 * `ProviderError`.
 */
export class ModelLine {
  readonly name: string;
  readonly model: ChatModel;
  readonly #options: ModelLineOptions;
  readonly #told = new Set<Unfit>();
  #restsUntilMs = Number.NEGATIVE_INFINITY;

  constructor(model: ChatModel, options: ModelLineOptions) {
    this.name = options.name;
    this.model = model;
    this.#options = options;
  }

  /** It failed a moment ago, and another is asked first. */
  get isResting(): boolean {
    return this.#options.clock.nowMs() < this.#restsUntilMs;
  }

  /** One try says nothing for no longer than this. */
  get patienceMs(): number {
    return Math.max(this.#options.firstPartMs, this.#options.idleMs);
  }

  rest(forMs: number): void {
    this.#restsUntilMs = this.#options.clock.nowMs() + forMs;
  }

  /** One try. @throws {ProviderError} BRIDGE_ERR_LLM_*; the reason of the request's signal. */
  async *attempt(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    const { usage } = this.#options;
    const { name, model } = this;
    usage.add(name, { requests: 1 });
    try {
      const fitted = fitRequest({ name, model }, request, (what) => this.#warnOnce(what));
      for await (const part of wholeAnswer(watchedAnswer(model, fitted, this.#options), name)) {
        if (part.type === 'usage')
          usage.add(name, { inputTokens: part.inputTokens, outputTokens: part.outputTokens });
        yield part.type === 'vendor'
          ? { type: 'vendor', value: ownedValue(name, model.model, part.value) }
          : part;
      }
    } catch (error) {
      request.signal?.throwIfAborted();
      usage.add(name, { failures: 1 });
      throw asProviderError(error, name);
    }
  }

  #warnOnce(what: Unfit): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    const {
      name,
      model: { model },
    } = this;
    this.#options.warn(
      what === 'images'
        ? `${name} (${model}) sees no images: they are left out. Choose a model that does`
        : `${name} (${model}) calls no tools: they are left out. Choose a model that does`,
    );
  }
}

/** Models of a program's own may throw anything. */
function asProviderError(error: unknown, name: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const what = isAbortError(error) ? 'ended by itself' : 'failed by an error of its own';
  return new ProviderError('BRIDGE_ERR_LLM_FAILED', `${name} ${what}; see the cause`, {
    provider: name,
    cause: error,
  });
}
