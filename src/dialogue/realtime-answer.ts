import { argumentsOf, type ChatMessage, type ToolCall, type ToolSpec } from '../llm/index.js';
import {
  type CallResult,
  REALTIME_BYTES_PER_MS,
  REALTIME_SAMPLE_RATE_HZ,
  type RealtimeSession,
  type RealtimeTurn,
} from '../realtime/index.js';
import type { GivenPart } from '../reply/index.js';
import type { ToolBox } from '../tools/index.js';
import { type EarlyTurn, wholeSound } from './early-turn.js';
import type { SoundAnswer, SoundFunction, SoundQuestion } from './sound-brain.js';

export interface RealtimeAnswerOptions {
  readonly session: RealtimeSession;
  readonly tools: ToolBox | undefined;
  readonly maxRounds: number;
  readonly question: SoundQuestion;
  /** Has its sound already. */
  readonly early: EarlyTurn | undefined;
  /** Before each request. */
  readonly tell: (instructions: string, tools: readonly ToolSpec[]) => void;
}

interface Round {
  readonly turn: RealtimeTurn;
  /** Sound of the rounds before it. */
  readonly fromMs: number;
}

/** A call, and how much sound came before it. */
interface Called {
  readonly call: ToolCall;
  readonly atMs: number;
}

interface Answered {
  readonly results: readonly CallResult[];
  readonly images: readonly string[];
  /** The model must go on. */
  readonly isAwaited: boolean;
}

const NO_TOOL = 'There is no such tool.';

/** Rounds of one turn, heard as one sound. */
export class RealtimeAnswer implements SoundAnswer {
  readonly sound: SoundAnswer['sound'];
  readonly userText: Promise<string | undefined>;
  readonly #options: RealtimeAnswerOptions;
  readonly #rounds: Round[] = [];
  /** Calls and results so far: tools that are offered only when they are asked for go by them. */
  readonly #messages: ChatMessage[];
  readonly #texts: string[] = [];
  #functions = new Map<string, SoundFunction>();
  #soundMs = 0;

  constructor(options: RealtimeAnswerOptions) {
    this.#options = options;
    const { text, utterances } = options.question;
    this.#messages = [{ role: 'user', text }];
    const first = this.#begin();
    first.catch(() => {});
    const written = first.then(
      (turn) => turn.userText,
      () => undefined,
    );
    this.userText = utterances.length === 0 ? Promise.resolve(undefined) : written;
    this.sound = this.#read(first);
  }

  async truncate(heardMs: number): Promise<void> {
    const cuts = this.#rounds.map(({ turn, fromMs }) => turn.truncate(Math.max(0, heardMs - fromMs)));
    await Promise.allSettled(cuts);
  }

  async cancel(): Promise<void> {
    await Promise.allSettled(this.#rounds.map(({ turn }) => turn.cancel()));
  }

  async #begin(): Promise<RealtimeTurn> {
    const { session, question, early } = this.#options;
    const { utterances, text, images } = question;
    try {
      await this.#prepare(this.#options.maxRounds === 1);
    } catch (error) {
      early?.drop();
      throw error;
    }
    if (early !== undefined) return this.#add(early.ask());
    return this.#add(
      session.turn({
        ...(utterances.length === 0 ? { text } : { sound: wholeSound(utterances) }),
        ...(images.length === 0 ? {} : { images }),
      }),
    );
  }

  /** Turns have no signal: how much of the turn is forgotten is told apart. */
  #add(turn: RealtimeTurn): RealtimeTurn {
    this.#rounds.push({ turn, fromMs: this.#soundMs });
    return turn;
  }

  /** Tells the session who it is and what it may call, for the request that follows. */
  async #prepare(isLast: boolean): Promise<void> {
    const { tools, question, tell } = this.#options;
    const { instructions, functions, metadata, signal } = question;
    signal.throwIfAborted();
    const offered = isLast ? undefined : await tools?.offered(this.#messages, metadata, signal);
    signal.throwIfAborted();
    const specs = offered?.specs ?? [];
    const own = isLast ? [] : functions.filter(({ spec }) => specs.every(({ name }) => name !== spec.name));
    this.#functions = new Map(own.map((one) => [one.spec.name, one]));
    const paragraphs = [
      ...instructions,
      ...(offered?.instructions ?? []),
      ...own.map(({ instruction }) => instruction),
    ];
    tell(paragraphs.filter((paragraph) => paragraph.trim() !== '').join('\n\n'), [
      ...specs,
      ...own.map(({ spec }) => spec),
    ]);
  }

  async *#read(first: Promise<RealtimeTurn>): AsyncGenerator<GivenPart> {
    const { session, question, maxRounds } = this.#options;
    for (let turn = await first; ; ) {
      let isSilent = true;
      const calls: Called[] = [];
      for await (const part of turn.parts) {
        if (part.type === 'sound' || part.type === 'text') isSilent = false;
        if (part.type === 'sound') {
          this.#soundMs += part.pcm.byteLength / REALTIME_BYTES_PER_MS;
          yield { pcm: part.pcm, sampleRateHz: REALTIME_SAMPLE_RATE_HZ };
        } else if (part.type === 'text') {
          this.#texts.push(part.text);
          question.onText(part.text);
        } else if (part.type === 'call') calls.push({ call: part.call, atMs: this.#soundMs });
      }
      const answered = await this.#answer(calls);
      const sight = await question.seen();
      question.signal.throwIfAborted();
      const { results } = answered;
      const goesOn = sight !== undefined || answered.isAwaited || (isSilent && calls.length > 0);
      if (!goesOn || this.#rounds.length >= maxRounds) {
        if (results.length > 0) session.know({ results });
        return;
      }
      await this.#prepare(this.#rounds.length === maxRounds - 1);
      const images = [...answered.images, ...(sight?.images ?? [])];
      turn = this.#add(session.turn({ results, text: sight?.text, images }));
    }
  }

  async #answer(calls: readonly Called[]): Promise<Answered> {
    if (calls.length === 0) return { results: [], images: [], isAwaited: false };
    const own = calls.filter(({ call }) => this.#functions.has(call.name));
    const others = calls.filter(({ call }) => !this.#functions.has(call.name)).map(({ call }) => call);
    const shown = await Promise.all(own.map((one) => this.#run(one)));
    const called = await this.#call(others);
    const results = new Map([...shown, ...called].map(({ callId, result }) => [callId, result]));
    const resultOf = ({ id }: ToolCall): string => results.get(id) ?? NO_TOOL;
    this.#messages.push({ role: 'assistant', text: this.#texts.splice(0).join(''), calls: others });
    for (const call of others)
      this.#messages.push({ role: 'tool', callId: call.id, name: call.name, result: resultOf(call) });
    return {
      results: calls.map(({ call }) => ({ callId: call.id, result: resultOf(call) })),
      images: [...shown, ...called].flatMap(({ images }) => images),
      isAwaited: others.length > 0 || shown.some(({ isAwaited }) => isAwaited),
    };
  }

  async #run({ call, atMs }: Called): Promise<CallAnswer & { readonly isAwaited: boolean }> {
    const { id: callId, name, argumentsJson } = call;
    const done = await this.#functions.get(name)?.run(argumentsOf(argumentsJson), atMs);
    const { result = NO_TOOL, images = [], isAwaited = true } = done ?? {};
    return { callId, result, images, isAwaited };
  }

  async #call(calls: readonly ToolCall[]): Promise<readonly CallAnswer[]> {
    const { tools, question } = this.#options;
    const { metadata, signal, onTool, onResult } = question;
    const outcomes = new Map<string, CallAnswer & { readonly isError: boolean }>();
    for (const { id, name, argumentsJson } of calls)
      onTool({ callId: id, name, argumentsJson, stage: 'called' });
    if (tools !== undefined && calls.length > 0)
      for await (const { call, outcome } of tools.callAll(calls, metadata, signal)) {
        const { id, name, argumentsJson } = call;
        const isError = outcome.type === 'result' && outcome.isError;
        onTool({ callId: id, name, argumentsJson, stage: outcome.type, value: outcome.value, isError });
        if (outcome.type === 'result')
          outcomes.set(id, { callId: id, result: outcome.text, images: outcome.images, isError });
      }
    return calls.map((call) => {
      const none = { callId: call.id, result: NO_TOOL, images: [], isError: true };
      const { isError, ...answer } = outcomes.get(call.id) ?? none;
      onResult(call, answer.result, isError);
      return answer;
    });
  }
}

interface CallAnswer extends CallResult {
  readonly images: readonly string[];
}
