import type { ChatModel, ChatPart, ChatRequest, ToolCall } from '../../../src/llm/index.js';
import { type Clock, sleep } from '../../../src/runtime/index.js';
import { never, type ScriptedFault } from './scripted-fault.js';

/** A reply: its text, and calls behind it. */
export interface ScriptedReply {
  readonly text: string;
  readonly calls?: readonly ToolCall[];
  readonly vendor?: readonly unknown[];
}

export interface ScriptedModelOptions {
  /** @default 30 */
  readonly msPerCharacter?: number;
  readonly seesImages?: boolean;
  readonly callsTools?: boolean;
}

/** Writes its replies character by character. */
export class ScriptedModel implements ChatModel {
  readonly name = 'scripted';
  readonly type = 'scripted';
  readonly model = 'script-1';
  readonly seesImages: boolean;
  readonly callsTools: boolean;
  readonly requests: ChatRequest[] = [];
  /** Requests under way. */
  running = 0;
  aborted = 0;
  readonly faults: ScriptedFault[] = [];
  /** What it answers; by default the fixed text. */
  answer: (request: ChatRequest, count: number) => ScriptedReply | string = () =>
    'はい、そうですね。今日はいい天気です。';
  readonly #clock: Clock;
  readonly #msPerCharacter: number;

  constructor(clock: Clock, options: ScriptedModelOptions = {}) {
    this.#clock = clock;
    this.#msPerCharacter = options.msPerCharacter ?? 30;
    this.seesImages = options.seesImages ?? true;
    this.callsTools = options.callsTools ?? true;
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart> {
    this.requests.push(request);
    const fault = this.faults.shift();
    this.running++;
    try {
      if (fault?.when === 'before') yield* broken(fault);
      const given = this.answer(request, this.requests.length);
      const reply: ScriptedReply = typeof given === 'string' ? { text: given } : given;
      const letters = [...reply.text];
      for (const [at, text] of letters.entries()) {
        await sleep(this.#clock, this.#msPerCharacter, request.signal);
        if (fault?.when === 'during' && at === Math.floor(letters.length / 2)) yield* broken(fault);
        if (fault?.when === 'during' && fault.kind === 'truncate' && at >= letters.length / 2) return;
        yield { type: 'text', text };
      }
      for (const value of reply.vendor ?? []) yield { type: 'vendor', value };
      for (const call of reply.calls ?? []) yield { type: 'call', call };
      if (fault?.when === 'after') yield* broken(fault);
      if (fault?.kind === 'truncate') return;
      yield { type: 'end', reason: reply.calls === undefined ? 'stop' : 'calls' };
    } finally {
      if (request.signal?.aborted === true) this.aborted++;
      this.running--;
    }
  }

  async warmUp(): Promise<void> {}

  async close(): Promise<void> {}
}

async function* broken({ kind }: ScriptedFault): AsyncGenerator<ChatPart> {
  if (kind === 'error') throw new Error('the model broke');
  if (kind === 'garbage') yield { type: 'text' } as unknown as ChatPart;
  if (kind === 'stall') await never();
}
