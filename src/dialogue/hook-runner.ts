import { type Clock, errorText, RequestError } from '../runtime/index.js';
import type { ConversationHooks, RequestChange, TurnFacts } from './hooks.js';

type Told = 'start' | 'chunk' | 'finish' | 'interrupted' | 'error';

export interface HookRunnerOptions {
  readonly clock: Clock;
  readonly hooks: readonly ConversationHooks[];
  readonly limitMs: number;
  /** A hook failed; the turn goes on. */
  readonly onFault: (error: RequestError) => void;
}

/** Runs the user's hooks so that none of them can stop a turn. */
export class HookRunner {
  readonly #options: HookRunnerOptions;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
  }

  /** Whether anybody wants to see requests: nothing need wait otherwise. */
  get hasRequest(): boolean {
    return this.#options.hooks.some(({ request }) => request !== undefined);
  }

  /** Every `request` hook in order; what they changed, put together. Never rejects. */
  async request(facts: TurnFacts): Promise<RequestChange> {
    let changed: RequestChange = {};
    for (const [at, hook] of this.#options.hooks.entries()) {
      if (hook.request === undefined || changed.refuse !== undefined) continue;
      const { text = facts.text, images = facts.images, metadata = facts.metadata } = changed;
      const seen: TurnFacts = { ...facts, text, images, metadata };
      const change = await this.#bounded(at, 'request', () => hook.request?.(seen));
      if (change !== undefined && change !== null) changed = { ...changed, ...change };
    }
    return changed;
  }

  /** Tells every hook and waits for none. */
  tell<K extends Told>(stage: K, ...args: Parameters<NonNullable<ConversationHooks[K]>>): void {
    for (const [at, hook] of this.#options.hooks.entries()) {
      const listener = hook[stage] as ((...given: unknown[]) => unknown) | undefined;
      if (listener === undefined) continue;
      void this.#bounded(at, stage, () => listener.apply(hook, args));
    }
  }

  async #bounded<T>(at: number, stage: string, run: () => T | Promise<T>): Promise<T | undefined> {
    const { clock, limitMs, hooks } = this.#options;
    const name = hooks[at]?.name ?? `${at + 1}`;
    let pending: T | Promise<T>;
    try {
      pending = run();
    } catch (error) {
      this.#fault(name, stage, error);
      return undefined;
    }
    if (!(pending instanceof Promise)) return pending;
    return new Promise((resolve) => {
      let isLate = false;
      const timer = clock.after(limitMs, () => {
        isLate = true;
        this.#fault(name, stage, `it took longer than ${limitMs} ms`);
        resolve(undefined);
      });
      const settle = (value: T | undefined): void => {
        timer.cancel();
        resolve(value);
      };
      pending.then(settle, (error: unknown) => {
        if (!isLate) this.#fault(name, stage, error);
        settle(undefined);
      });
    });
  }

  #fault(name: string, stage: string, cause: unknown): void {
    const why = typeof cause === 'string' ? cause : errorText(cause);
    this.#options.onFault(
      new RequestError(
        'BRIDGE_ERR_STATE',
        `Hook ${name} failed at "${stage}": ${why}. The turn went on without it; mend the hook.`,
        { cause },
      ),
    );
  }
}
