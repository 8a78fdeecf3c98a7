import type { ReplyPiece } from '../expression/index.js';
import type { ChatEndReason, ChatMessage, ChatModel, ChatRequest, ToolCall, ToolSpec } from '../llm/index.js';
import type { Clock } from '../runtime/index.js';
import type { Eyes, ToolBox, TurnMetadata } from '../tools/index.js';
import { tagsOf } from './delivery.js';
import { fillIn, type History } from './history.js';
import type { AssistantStep, EntryPiece, HistoryEntry } from './history-entry.js';
import { lookAt } from './look-at.js';
import { readModel } from './model-reader.js';
import { type PieceReader, VISION_CUE } from './ports.js';
import type { ConversationSettings } from './settings.js';
import { textTokens } from './tokens.js';
import type { ToolNews } from './turn.js';

export interface AnswerOptions {
  readonly clock: Clock;
  readonly model: ChatModel;
  readonly reader: PieceReader;
  readonly history: History;
  readonly entry: HistoryEntry;
  readonly settings: ConversationSettings;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metadata: TurnMetadata;
  readonly signal: AbortSignal;
  readonly tools: ToolBox | undefined;
  readonly eyes: Eyes | undefined;
  /** Resolves when the turn is certain: a reply that may be thrown away touches nothing in the world. */
  readonly certain: Promise<void>;
  readonly onText: (delta: string) => void;
  readonly onPiece: (piece: ReplyPiece, entry: EntryPiece) => void;
  readonly onTool: (news: ToolNews) => void;
  readonly onVision: (source: string) => void;
  readonly onFirstToken: () => void;
}

/** What one request to the model gave besides text. */
interface Round {
  readonly step: AssistantStep;
  readonly calls: ToolCall[];
  readonly vendor: unknown[];
  readonly pictures: string[];
  reason: ChatEndReason;
}

/**
 * One answer of the model: asks it, hands on what can be spoken, runs the tools that it calls and takes the pictures that it wants, and
 * asks again, a bounded number of times.
 *
 * Waits for nobody who speaks. Text is spoken before its call is run.
 */
export class Answer {
  readonly #options: AnswerOptions;
  #characters = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /**
   * @returns when the model has said everything.
   * @throws {ProviderError} BRIDGE_ERR_LLM_*; the signal's reason.
   */
  async run(): Promise<void> {
    const { maxRounds } = this.#options.settings.reply;
    for (let round = 1; round <= maxRounds; round++) {
      const { calls, pictures } = await this.#ask(round === maxRounds);
      if (calls.length === 0 && pictures.length === 0) return;
      if (round === maxRounds) return;
      await this.#options.certain;
      this.#options.signal.throwIfAborted();
      if (calls.length > 0) await this.#call(calls);
      for (const source of pictures) await this.#look(source);
    }
  }

  async #ask(isLast: boolean): Promise<Round> {
    const { clock, model, entry, settings, signal } = this.#options;
    const request = await this.#request(isLast);
    const step = entry.beginAnswer();
    const round: Round = { step, calls: [], vendor: [], pictures: [], reason: 'stop' };
    const parts = readModel(model, request, {
      clock,
      limitMs: settings.limits.modelMs ?? Math.max(MODEL_MS, model.patienceMs ?? 0),
      stallMs: settings.reply.stallMs,
      onStall: () => this.#pieces(this.#options.reader.stalled(), round),
    });
    for await (const part of parts) {
      signal.throwIfAborted();
      if (part.type === 'text') this.#text(part.text, round);
      else if (part.type === 'call') round.calls.push(part.call);
      else if (part.type === 'vendor') round.vendor.push(part.value);
      else if (part.type === 'usage') this.#learn(request, part.inputTokens);
      else if (part.type === 'end') round.reason = part.reason;
      if (this.#characters >= settings.reply.maxCharacters) break;
    }
    this.#pieces(this.#options.reader.end(), round);
    // The last request offered no tools: what is called all the same is not run, and a call without a result must not stay.
    if (isLast) round.calls.length = 0;
    step.calls = round.calls;
    step.vendor = round.vendor;
    return round;
  }

  async #request(isLast: boolean): Promise<ChatRequest> {
    const { model, history, entry, settings, parameters, metadata, signal, tools } = this.#options;
    const systemPrompt = fillIn(settings.systemPrompt, { ...settings.parameters, ...parameters });
    const usesTools = tools !== undefined && model.callsTools;
    const bare = usesTools ? history.request(entry, { systemPrompt }) : [];
    const offered = usesTools ? await tools.offered(bare, metadata, signal) : undefined;
    const { specs = [], instructions = [] } = offered ?? {};
    const extraTokens = history.tokens.ofText(specs.length === 0 ? '' : JSON.stringify(specs));
    const messages = history.request(entry, { systemPrompt, instructions, extraTokens });
    const { temperature, maxTokens } = settings.reply;
    return {
      messages,
      ...(specs.length === 0 ? {} : { tools: specs, toolChoice: isLast ? 'none' : 'auto' }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      conversation: metadata.session,
      ...(metadata.user === undefined ? {} : { user: metadata.user }),
      signal,
    };
  }

  #text(text: string, round: Round): void {
    if (text === '') return;
    this.#options.onFirstToken();
    this.#characters += text.length;
    this.#options.onText(text);
    this.#pieces(this.#options.reader.push(text), round);
  }

  #pieces(pieces: readonly ReplyPiece[], round: Round): void {
    for (const piece of pieces) {
      for (const { name, value } of piece.cues)
        if (name === VISION_CUE && this.#options.eyes !== undefined) round.pictures.push(value);
      const { raw, text } = piece;
      const entry: EntryPiece = { raw, text, tags: tagsOf(piece), spoken: 'waiting' };
      round.step.pieces.push(entry);
      this.#options.onPiece(piece, entry);
    }
  }

  async #call(calls: readonly ToolCall[]): Promise<void> {
    const { tools, metadata, signal, entry, onTool } = this.#options;
    if (tools === undefined) return;
    const images: string[] = [];
    for (const call of calls) onTool(news(call, 'called'));
    const results = new Map<string, { readonly text: string; readonly isError: boolean }>();
    for await (const { call, outcome } of tools.callAll(calls, metadata, signal)) {
      const isError = outcome.type === 'result' && outcome.isError;
      onTool({ ...news(call, outcome.type), value: outcome.value, isError });
      if (outcome.type !== 'result') continue;
      results.set(call.id, outcome);
      images.push(...outcome.images);
    }
    for (const call of calls) {
      const { text = NO_ANSWER, isError = true } = results.get(call.id) ?? {};
      entry.addResult(call, text, isError);
    }
    if (images.length > 0) entry.addPicture('The pictures that the tools gave.', images);
  }

  async #look(source: string): Promise<void> {
    const { eyes, metadata, signal, entry, onVision } = this.#options;
    onVision(source);
    const { text, images } = await lookAt(source, { eyes, metadata, signal });
    entry.addPicture(text, images);
  }

  #learn(
    { messages, tools = [] }: { messages: readonly ChatMessage[]; tools?: readonly ToolSpec[] },
    tokens: number,
  ): void {
    const extra = tools.length === 0 ? 0 : textTokens(JSON.stringify(tools));
    this.#options.history.tokens.learn(messages, tokens, extra);
  }
}

/** Of a model that nobody watches over. */
const MODEL_MS = 30_000;
const NO_ANSWER = 'The tool gave no result.';

function news(call: ToolCall, stage: ToolNews['stage']): ToolNews {
  return { callId: call.id, name: call.name, argumentsJson: call.argumentsJson, stage };
}
