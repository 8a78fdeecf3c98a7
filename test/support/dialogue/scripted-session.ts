import type {
  RealtimeInput,
  RealtimePart,
  RealtimeSession,
  RealtimeSessionEvents,
  RealtimeTurn,
  RealtimeUsage,
} from '../../../src/realtime/index.js';
import { type Clock, Emitter, sleep } from '../../../src/runtime/index.js';

const USAGE: RealtimeUsage = {
  responses: 0,
  inputTokens: 0,
  outputTokens: 0,
  inputAudioTokens: 0,
  outputAudioTokens: 0,
  cachedTokens: 0,
};

/** A speech-to-speech session that answers with 100 ms of sound for each letter. */
export class ScriptedSession implements RealtimeSession {
  readonly events = new Emitter<RealtimeSessionEvents>();
  readonly inputs: RealtimeInput[] = [];
  readonly heard: string[] = [];
  readonly truncations: number[] = [];
  /** Numbers of the turns that were called off, by `cancel` or by their signal; counted from 1. */
  readonly cancelled: number[] = [];
  /** What it answers; with `call` it calls instead, once. */
  answer: (count: number) => { readonly text: string; readonly call?: boolean } | 'error' = () => ({
    text: 'はい、そうですね。',
  });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(input: RealtimeInput): RealtimeTurn {
    this.inputs.push(input);
    const count = this.inputs.length;
    const answer = this.answer(count);
    input.signal?.addEventListener('abort', () => this.cancelled.push(count));
    let written: (text: string | undefined) => void = () => {};
    const userText = new Promise<string | undefined>((resolve) => {
      written = resolve;
    });
    return {
      parts: this.#parts(input, answer, written),
      userText,
      truncate: async (heardMs) => void this.truncations.push(heardMs),
      cancel: async () => void this.cancelled.push(count),
    };
  }

  hear(): void {}

  update(): void {}

  usage(): RealtimeUsage {
    return USAGE;
  }

  async close(): Promise<void> {}

  async *#parts(
    { sound, text, signal }: RealtimeInput,
    answer: ReturnType<ScriptedSession['answer']>,
    written: (text: string | undefined) => void,
  ): AsyncGenerator<RealtimePart> {
    let said = text ?? '';
    if (sound !== undefined)
      for await (const piece of sound) said += new TextDecoder().decode(piece).replaceAll('\0', '');
    this.heard.push(said);
    await sleep(this.#clock, 300, signal);
    written(sound === undefined ? undefined : said);
    if (answer === 'error') throw new Error('the session broke');
    for (const letter of answer.text) {
      yield { type: 'text', text: letter };
      yield { type: 'sound', pcm: new Uint8Array(4800) };
      await sleep(this.#clock, 20, signal);
    }
    if (answer.call === true)
      yield { type: 'call', call: { id: 'c1', name: 'look_up', argumentsJson: '{}' } };
    yield { type: 'end', reason: answer.call === true ? 'calls' : 'stop' };
  }
}
