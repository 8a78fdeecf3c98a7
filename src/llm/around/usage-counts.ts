import type { LlmUsage } from '../llm.js';

type Counted = Omit<LlmUsage, 'engine'>;

const NOTHING: Counted = { requests: 0, retries: 0, failures: 0, inputTokens: 0, outputTokens: 0 };

/** What each engine was asked and what it told of tokens. */
export class UsageCounts {
  readonly #byEngine = new Map<string, Counted>();

  add(engine: string, more: Partial<Counted>): void {
    const before = this.#byEngine.get(engine) ?? NOTHING;
    this.#byEngine.set(engine, {
      requests: before.requests + (more.requests ?? 0),
      retries: before.retries + (more.retries ?? 0),
      failures: before.failures + (more.failures ?? 0),
      inputTokens: before.inputTokens + (more.inputTokens ?? 0),
      outputTokens: before.outputTokens + (more.outputTokens ?? 0),
    });
  }

  of(engines: readonly string[]): readonly LlmUsage[] {
    return engines.map((engine) => ({ engine, ...(this.#byEngine.get(engine) ?? NOTHING) }));
  }
}
