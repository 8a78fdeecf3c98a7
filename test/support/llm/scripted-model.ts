import type { ChatModel, ChatPart, ChatRequest } from '../../../src/llm/index.js';
import { type Clock, sleep } from '../../../src/runtime/index.js';

/** What a scripted model does next: gives a part, waits, throws, says nothing more for ever, or ends without `end`. */
export type Step = ChatPart | { readonly waitMs: number } | { readonly fail: unknown } | 'hang' | 'cut';

export const END: ChatPart = { type: 'end', reason: 'stop' };

export function text(words: string): ChatPart {
  return { type: 'text', text: words };
}

/** A model that plays one script for each request, the last again and again, and notices who goes away. */
export class ScriptedModel implements ChatModel {
  readonly name: string;
  readonly type = 'scripted';
  readonly model: string;
  seesImages = true;
  callsTools = true;
  readonly requests: ChatRequest[] = [];
  warmUps = 0;
  closed = 0;
  /** Answers that were left before their end. */
  left = 0;
  readonly #scripts: readonly (readonly Step[])[];
  readonly #clock: Clock | undefined;

  constructor(name: string, scripts: readonly (readonly Step[])[], clock?: Clock, model = `${name}-model`) {
    this.name = name;
    this.model = model;
    this.#scripts = scripts;
    this.#clock = clock;
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    this.requests.push(request);
    const script = this.#scripts[Math.min(this.requests.length, this.#scripts.length) - 1] ?? [];
    let isDone = false;
    request.signal?.addEventListener('abort', () => {
      if (!isDone) this.left++;
      isDone = true;
    });
    for (const step of script) {
      if (step === 'cut') break;
      if (step === 'hang') await new Promise(() => {});
      else if (typeof step === 'object' && 'waitMs' in step) {
        if (this.#clock !== undefined) await sleep(this.#clock, step.waitMs, request.signal);
      } else if (typeof step === 'object' && 'fail' in step) {
        isDone = true;
        throw step.fail;
      } else yield step;
    }
    isDone = true;
  }

  async warmUp(): Promise<void> {
    this.warmUps++;
  }

  async close(): Promise<void> {
    this.closed++;
  }
}
