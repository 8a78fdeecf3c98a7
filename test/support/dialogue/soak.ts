import { readFileSync } from 'node:fs';
import { standardJudge } from '../../../src/dialogue/index.js';
import { ReplyReader } from '../../../src/expression/index.js';
import { createHearing, DEFAULT_HEARING } from '../../../src/hearing/index.js';
import { type Random, seededRandom } from '../../../src/runtime/index.js';
import type { RecognitionPart, RecognitionRequest } from '../../../src/speech/index.js';
import { FAULT_KINDS, FAULT_TIMES } from './scripted-fault.js';
import { ScriptedTools } from './scripted-tools.js';
import { type Talk, talk } from './talk.js';

const FRAME_BYTES = 640;
const FRAME_MS = 20;
const WAV_HEADER_BYTES = 44;
const FAULTS = 0.05;
const CAMERA = 'data:image/png;base64,AA==';

export interface SoakSample {
  readonly simulatedMs: number;
  /** What the program itself holds: heap and buffers, bytes. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  /** Turns so far, by how they ended. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** A conversation with the ear, the judgements and the reader themselves; model, recognizer, voice and tools are scripted. */
class Soak {
  readonly talk: Talk;
  readonly #random: Random = seededRandom(5);
  readonly #speech: Uint8Array;
  readonly #noise: Uint8Array[];
  readonly outcomes: Record<string, number> = {};
  #words = '';
  #count = 0;

  private constructor(speech: Uint8Array, ear: Awaited<ReturnType<typeof createHearing>>) {
    this.#speech = speech;
    this.#noise = Array.from({ length: 50 }, () => this.#noiseFrame());
    const tools = new ScriptedTools(() => this.talk.clock);
    this.talk = talk({
      settings: { systemPrompt: 'You are {name}.', parameters: { name: 'メイ' }, welcome: 'こんにちは。' },
      ports: {
        ear,
        tools,
        judge: standardJudge({ by: 'words', minLetters: 2, commitMs: 1000, hardWords: [], backchannels: [] }),
        openReader: () => new ReplyReader(),
        recognizer: this.#recognizer(),
        eyes: { sources: ['camera'], look: async () => CAMERA },
      },
    });
    this.talk.model.answer = (request) => this.#answer(request.messages.at(-1)?.role);
    this.talk.conversation.events.on('turnEnded', ({ outcome }) => {
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    });
    this.tools = tools;
  }

  readonly tools: ScriptedTools;

  static async open(wav: string): Promise<Soak> {
    const speech = new Uint8Array(readFileSync(wav)).subarray(WAV_HEADER_BYTES);
    return new Soak(speech, await createHearing({ settings: DEFAULT_HEARING }));
  }

  /** Something happens, and its consequences: about half a minute. */
  async step(): Promise<void> {
    const { conversation, model, voice } = this.talk;
    for (const engine of [model, voice])
      if (this.#random() < FAULTS && engine.faults.length === 0)
        engine.faults.push({ kind: this.#pick(FAULT_KINDS), when: this.#pick(FAULT_TIMES) });
    const dice = this.#random();
    if (dice < 0.5) await this.#speak(`それでは、${++this.#count}番について教えてください。`);
    else if (dice < 0.8) conversation.ask({ text: `${++this.#count}番は？`, by: 'typed' });
    else if (dice < 0.9) conversation.ask({ text: `${++this.#count}番の絵`, by: 'peer', images: [CAMERA] });
    else conversation.say('お知らせです。[face:joy]少しお待ちください。');
    await this.#listen(this.#random() * 4000);
    if (this.#random() < 0.4) await this.#speak(this.#pick(['うん', '待って', 'それは違うと思います。', '']));
    if (this.#random() < 0.1) conversation.interrupt();
    await this.#listen(15_000 + this.#random() * 15_000);
    this.#forget();
  }

  async close(): Promise<number> {
    this.talk.conversation.interrupt();
    await this.#listen(40_000);
    return this.talk.end();
  }

  async #speak(words: string): Promise<void> {
    this.#words = words;
    const fromFrame = Math.floor(this.#random() * 40);
    const frames = 20 + Math.floor(this.#random() * 50);
    await this.#hear(this.#speech.subarray(fromFrame * FRAME_BYTES, (fromFrame + frames) * FRAME_BYTES));
  }

  async #hear(pcm: Uint8Array): Promise<void> {
    const { clock, conversation } = this.talk;
    for (let at = 0; at + FRAME_BYTES <= pcm.byteLength; at += FRAME_BYTES) {
      await clock.advanceAsync(FRAME_MS);
      conversation.hear(pcm.subarray(at, at + FRAME_BYTES), clock.nowMs());
    }
  }

  async #listen(ms: number): Promise<void> {
    const { clock, conversation } = this.talk;
    for (let atMs = 0; atMs < ms; atMs += FRAME_MS) {
      await clock.advanceAsync(FRAME_MS);
      conversation.hear(this.#pick(this.#noise), clock.nowMs());
    }
  }

  #answer(last: string | undefined) {
    const dice = this.#random();
    if (last !== 'tool' && dice < 0.2)
      return {
        text: '[face:joy]調べますね。',
        calls: [{ id: `c${this.#random()}`, name: 'look_up', argumentsJson: '{}' }],
      };
    if (last !== 'tool' && dice < 0.3) return '見てみます。[vision:camera]';
    return `これは${this.#count}番目の答えです。[animation:wave]とても長い話になります。まだまだ続きます。`;
  }

  #recognizer() {
    const words = () => this.#words;
    const clock = () => this.talk.clock;
    return {
      name: 'scripted',
      isStreaming: false,
      async *recognize({ sound }: RecognitionRequest): AsyncGenerator<RecognitionPart> {
        for await (const _piece of sound);
        await new Promise<void>((resolve) => clock().after(150, resolve));
        yield { type: 'final' as const, text: words() };
      },
      close: async () => {},
    };
  }

  /** What the scripted engines write down is not the conversation's. */
  #forget(): void {
    const { voice, model, ends, records, told, sink } = this.talk;
    const lists = [voice.sent, model.requests, ends, records, told, sink.captions, sink.phases, sink.cues];
    for (const list of [...lists, this.tools.called]) list.length = 0;
    voice.replies.splice(0, voice.replies.length - 1);
  }

  #noiseFrame(): Uint8Array {
    const samples = Int16Array.from({ length: FRAME_BYTES / 2 }, () =>
      Math.round((this.#random() - 0.5) * 60),
    );
    return new Uint8Array(samples.buffer);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}

/**
 * Simulated hours of a conversation.
 *
 * @param wav - 16 kHz mono speech with a header of 44 bytes.
 * @returns timers left.
 */
export async function* soak(
  hours: number,
  { everyMs, wav, gc }: { readonly everyMs: number; readonly wav: string; readonly gc: () => void },
): AsyncGenerator<SoakSample, number> {
  const run = await Soak.open(wav);
  for (let untilMs = everyMs; untilMs <= hours * 3_600_000; untilMs += everyMs) {
    while (run.talk.clock.nowMs() < untilMs) await run.step();
    gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    const simulatedMs = run.talk.clock.nowMs();
    yield { simulatedMs, heldBytes: heapUsed + external, rssBytes: rss, outcomes: { ...run.outcomes } };
  }
  return run.close();
}
