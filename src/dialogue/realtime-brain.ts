import type { Utterance } from '../hearing/index.js';
import type { ToolCall } from '../llm/index.js';
import { REALTIME_SAMPLE_RATE_HZ, type RealtimeSession, type RealtimeTurn } from '../realtime/index.js';
import type { ToolBox } from '../tools/index.js';
import type { SoundAnswer, SoundBrain, SoundQuestion } from './sound-brain.js';

export interface RealtimeBrainOptions {
  /** Opened with the tools that `tools` offers. */
  readonly session: RealtimeSession;
  readonly tools?: ToolBox | undefined;
  /** Requests in one turn: results of tools need one more each. @default 8 */
  readonly maxRounds?: number;
}

const BYTES_PER_MS = (2 * REALTIME_SAMPLE_RATE_HZ) / 1000;

/**
 * A speech-to-speech model as the brain of a conversation: an utterance's sound goes in, the reply's sound comes out, and what was not
 * heard of it is forgotten by the model too. Turn taking stays with our own hearing.
 */
export class RealtimeBrain implements SoundBrain {
  readonly #options: RealtimeBrainOptions;
  #early: EarlyTurn | undefined;

  constructor(options: RealtimeBrainOptions) {
    this.#options = options;
  }

  hear(utterance: Utterance): void {
    this.#early?.drop();
    this.#early = new EarlyTurn(this.#options.session, utterance);
  }

  unhear(utterance: Utterance): void {
    if (this.#early?.utterance.id !== utterance.id) return;
    this.#early.drop();
    this.#early = undefined;
  }

  answer(question: SoundQuestion): SoundAnswer {
    const { sound, utterance, images } = question;
    const early = this.#early;
    // Pictures go before the sound that is about them.
    const isEarly = early !== undefined && early.utterance.id === utterance?.id && images.length === 0;
    if (sound !== undefined) {
      // One sound goes up at a time.
      if (!isEarly) early?.drop();
      this.#early = undefined;
    }
    return new RealtimeAnswer(this.#options, question, isEarly ? early.ask() : undefined);
  }
}

/** A turn whose sound goes up while it is said; the model is not asked before it is known to be a question. */
class EarlyTurn {
  readonly utterance: Utterance;
  readonly #turn: RealtimeTurn;
  #ask: () => void = () => {};

  constructor(session: RealtimeSession, utterance: Utterance) {
    this.utterance = utterance;
    const asked = new Promise<void>((resolve) => {
      this.#ask = resolve;
    });
    this.#turn = session.turn({ sound: andThen(utterance.stream(), asked) });
  }

  ask(): RealtimeTurn {
    this.#ask();
    return this.#turn;
  }

  drop(): void {
    this.#turn.cancel().catch(() => {});
    this.#ask();
  }
}

async function* andThen(sound: AsyncIterable<Uint8Array>, end: Promise<void>): AsyncGenerator<Uint8Array> {
  yield* sound;
  await end;
}

interface Round {
  readonly turn: RealtimeTurn;
  /** Sound of the rounds before it. */
  readonly fromMs: number;
}

/** Rounds of one turn, heard as one sound. */
class RealtimeAnswer implements SoundAnswer {
  readonly given: SoundAnswer['given'];
  readonly userText: Promise<string | undefined>;
  readonly #options: RealtimeBrainOptions;
  readonly #question: SoundQuestion;
  readonly #words = new WordLine();
  readonly #rounds: Round[] = [];
  #soundMs = 0;

  /** @param begun - has its sound already. */
  constructor(options: RealtimeBrainOptions, question: SoundQuestion, begun: RealtimeTurn | undefined) {
    this.#options = options;
    this.#question = question;
    const { sound, text, images } = question;
    const input = {
      ...(sound === undefined ? { text } : { sound }),
      ...(images.length === 0 ? {} : { images }),
    };
    const turn = this.#add(begun ?? options.session.turn(input));
    this.userText = sound === undefined ? Promise.resolve(text) : turn.userText;
    this.given = { sound: this.#sound(turn), transcript: this.#words.read() };
  }

  async truncate(heardMs: number): Promise<void> {
    const cuts = this.#rounds.map(({ turn, fromMs }) => turn.truncate(Math.max(0, heardMs - fromMs)));
    await Promise.allSettled(cuts);
  }

  async cancel(): Promise<void> {
    await Promise.allSettled(this.#rounds.map(({ turn }) => turn.cancel()));
  }

  /** Turns have no signal: how much of the turn is forgotten is told apart. */
  #add(turn: RealtimeTurn): RealtimeTurn {
    this.#rounds.push({ turn, fromMs: this.#soundMs });
    return turn;
  }

  async *#sound(
    first: RealtimeTurn,
  ): AsyncGenerator<{ readonly pcm: Uint8Array; readonly sampleRateHz: number }> {
    const { maxRounds = 8, session } = this.#options;
    const { signal } = this.#question;
    try {
      for (let turn = first; ; ) {
        const calls: ToolCall[] = [];
        for await (const part of turn.parts) {
          if (part.type === 'sound') {
            this.#soundMs += part.pcm.byteLength / BYTES_PER_MS;
            yield { pcm: part.pcm, sampleRateHz: REALTIME_SAMPLE_RATE_HZ };
          } else if (part.type === 'text') {
            this.#question.onText(part.text);
            this.#words.add(part.text);
          } else if (part.type === 'call') calls.push(part.call);
        }
        if (calls.length === 0 || this.#rounds.length >= maxRounds) return;
        const results = await this.#call(calls);
        if (signal.aborted) return;
        turn = this.#add(session.turn({ results }));
      }
    } finally {
      this.#words.end();
    }
  }

  async #call(
    calls: readonly ToolCall[],
  ): Promise<readonly { readonly callId: string; readonly result: string }[]> {
    const { tools } = this.#options;
    const { metadata, signal, onTool } = this.#question;
    const results = new Map(calls.map(({ id }) => [id, 'There is no such tool.']));
    for (const { id, name, argumentsJson } of calls)
      onTool({ callId: id, name, argumentsJson, stage: 'called' });
    if (tools !== undefined)
      for await (const { call, outcome } of tools.callAll(calls, metadata, signal)) {
        const { id, name, argumentsJson } = call;
        const isError = outcome.type === 'result' && outcome.isError;
        onTool({ callId: id, name, argumentsJson, stage: outcome.type, value: outcome.value, isError });
        if (outcome.type === 'result') results.set(id, outcome.text);
      }
    return [...results].map(([callId, result]) => ({ callId, result }));
  }
}

/** Words from the one who reads the sound to the one who shows them. One reader. */
class WordLine {
  readonly #words: string[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  add(text: string): void {
    this.#words.push(text);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<string> {
    for (;;) {
      const next = this.#words.shift();
      if (next !== undefined) yield next;
      else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
