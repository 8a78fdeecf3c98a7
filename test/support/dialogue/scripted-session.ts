import type {
  RealtimeInput,
  RealtimeNews,
  RealtimePart,
  RealtimeSession,
  RealtimeSessionEvents,
  RealtimeTurn,
  RealtimeUsage,
} from '../../../src/realtime/index.js';
import { type Clock, Emitter, ProviderError, sleep } from '../../../src/runtime/index.js';

const USAGE: RealtimeUsage = {
  responses: 0,
  inputTokens: 0,
  outputTokens: 0,
  inputAudioTokens: 0,
  outputAudioTokens: 0,
  cachedTokens: 0,
};

export interface ScriptedAnswer {
  readonly text: string;
  /** Calls at its end: `look_up`, or these. */
  readonly call?: boolean;
  readonly calls?: readonly { readonly name: string; readonly argumentsJson: string }[];
  /** Breaks after so many letters. */
  readonly breaksAfter?: number;
}

/** A speech-to-speech session that answers with 100 ms of sound for each letter. */
export class ScriptedSession implements RealtimeSession {
  readonly events = new Emitter<RealtimeSessionEvents>();
  readonly inputs: RealtimeInput[] = [];
  readonly heard: string[] = [];
  readonly truncations: number[] = [];
  readonly known: RealtimeNews[] = [];
  readonly updates: Parameters<RealtimeSession['update']>[0][] = [];
  /** Whether what the user said is written down, and how long after the sound. */
  writesAfterMs: number | 'never' = 300;
  /** Numbers of the turns that were called off, by `cancel` or by their signal; counted from 1. */
  readonly cancelled: number[] = [];
  /** What it answers; with `call` it calls instead, once. */
  answer: (count: number) => ScriptedAnswer | 'error' = () => ({ text: 'はい、そうですね。' });
  /** What it breaks with. */
  fault: Error = new ProviderError('BRIDGE_ERR_LLM_TRUNCATED', 'the connection broke', { provider: 'rt' });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(input: RealtimeInput): RealtimeTurn {
    this.inputs.push(input);
    const count = this.inputs.length;
    const answer = this.answer(count);
    input.signal?.addEventListener('abort', () => this.cancelled.push(count));
    const said = this.#said(input);
    const userText = said.then(
      (text) =>
        new Promise<string | undefined>((resolve) => {
          const isWritten = input.sound !== undefined && this.writesAfterMs !== 'never';
          const afterMs = this.writesAfterMs === 'never' ? 0 : this.writesAfterMs;
          this.#clock.after(afterMs, () => resolve(isWritten ? text : undefined));
        }),
    );
    return {
      parts: this.#parts(input, answer, said),
      userText,
      truncate: async (heardMs) => void this.truncations.push(heardMs),
      cancel: async () => void this.cancelled.push(count),
    };
  }

  /** Goes up as it comes, whoever reads the answer. */
  async #said({ sound, text = '' }: RealtimeInput): Promise<string> {
    let said = text;
    if (sound !== undefined)
      for await (const piece of sound) said += new TextDecoder().decode(piece).replaceAll('\0', '');
    return said;
  }

  hear(): void {}

  know(news: RealtimeNews): void {
    this.known.push(news);
  }

  update(changes: Parameters<RealtimeSession['update']>[0] = {}): void {
    this.updates.push(changes);
  }

  usage(): RealtimeUsage {
    return USAGE;
  }

  async close(): Promise<void> {}

  async *#parts(
    { signal, answerWhen }: RealtimeInput,
    answer: ScriptedAnswer | 'error',
    said: Promise<string>,
  ): AsyncGenerator<RealtimePart> {
    this.heard.push(await said);
    await answerWhen;
    await sleep(this.#clock, 300, signal);
    if (answer === 'error') throw new Error('the session broke');
    for (const [at, letter] of [...answer.text].entries()) {
      if (at === answer.breaksAfter) throw this.fault;
      yield { type: 'text', text: letter };
      yield { type: 'sound', pcm: new Uint8Array(4800) };
      await sleep(this.#clock, 20, signal);
    }
    const calls = answer.calls ?? (answer.call === true ? [{ name: 'look_up', argumentsJson: '{}' }] : []);
    for (const [at, call] of calls.entries()) yield { type: 'call', call: { id: `c${at + 1}`, ...call } };
    yield { type: 'end', reason: calls.length > 0 ? 'calls' : 'stop' };
  }
}
