import type { Cue, ExpressionSink, ReplyPiece } from '../expression/index.js';
import type { HearingEvents } from '../hearing/index.js';
import type { TurnRecord } from '../kept/index.js';
import type { ChatMessage, ChatModel, ToolCall, ToolSpec } from '../llm/index.js';
import type { PlayedSound, ReplyVoice } from '../reply/index.js';
import type { Clock, Emitter, Logger } from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';
import type { ToolOutcome, TurnMetadata } from '../tools/index.js';
import type { EndJudgement, Interjection } from '../turns/index.js';
import type { ConversationHooks } from './hooks.js';

/** Everything a conversation needs of the world. What is left out is not there: no ear, no tools, nothing kept. */
export interface ConversationPorts {
  readonly clock: Clock;
  readonly model: ChatModel;
  readonly voice: ReplyVoice;
  readonly judge: Judge;
  /** One reader for each reply. */
  readonly openReader: () => PieceReader;
  readonly ear?: Ear | undefined;
  readonly recognizer?: Recognizer | undefined;
  readonly tools?: ToolBox | undefined;
  readonly eyes?: Eyes | undefined;
  readonly guards?: Guards | undefined;
  readonly sinks?: readonly ExpressionSink[] | undefined;
  readonly hooks?: readonly ConversationHooks[] | undefined;
  readonly kept?: TurnKeeper | undefined;
  readonly logger?: Logger | undefined;
  /** Names this conversation to tools, hooks and services. @default 'conversation' */
  readonly session?: string | undefined;
  readonly user?: string | undefined;
}

/** Finds utterances in frames of sound. */
export interface Ear {
  readonly events: Emitter<HearingEvents>;
  /** s16le mono 16 kHz, any whole number of samples. */
  hear(frame: Uint8Array, capturedAtMs: number): void;
  /** The pause that ends the utterance under way; until it ends. Nothing without one. */
  requirePause(pauseMs: number): void;
  /** What the avatar plays, so that it is told from the user. */
  played?(sound: PlayedSound): void;
  /** Push to talk: the utterance is what is said between the two. */
  press?(): void;
  release?(): void;
  /** Forgets the utterance under way, without an event. */
  reset(): void;
}

/** What words mean for whose turn it is. Pure; all within the call. */
export interface Judge {
  end(text: string, language: string | undefined): EndJudgement;
  interjection(text: string, language: string | undefined): Interjection;
  /** Whether these words are what the avatar said not long ago. `spoken`: the latest, what sounds now included. */
  isOwnVoice(text: string, spoken: string): boolean;
  /** Two utterances that are one, as one text. */
  join(first: string, second: string): string;
  /** Words of a text that count; Japanese has no spaces. */
  countWords(text: string): number;
  /** The text behind the wake word, '' if nothing follows; undefined: it is not in it. */
  afterWakeWord(text: string, words: readonly string[]): string | undefined;
}

/** A model's text to pieces; see `ReplyPiece`. */
export interface PieceReader {
  push(text: string): readonly ReplyPiece[];
  /** No text came for a while: what can be spoken of what waits. */
  stalled(): readonly ReplyPiece[];
  /** No more text comes: everything that waits. More may be pushed afterwards: another answer of the same reply. */
  end(): readonly ReplyPiece[];
}

/** What the model may call. */
export interface ToolBox {
  /** The tools for a request, and how the model shall use them: joins the system prompt. */
  offer(
    messages: readonly ChatMessage[],
    metadata: TurnMetadata,
  ): Promise<{ readonly specs: readonly ToolSpec[]; readonly instruction: string }>;
  /** Ends with one `result`; a fault is a result with `isError`. Never throws but for the signal. */
  run(
    call: ToolCall,
    context: { readonly metadata: TurnMetadata; readonly signal: AbortSignal },
  ): AsyncIterable<ToolOutcome>;
  /** Called with what a tool in the background gave, as the words of a turn. */
  onLater?(listener: (text: string, metadata: TurnMetadata) => void): () => void;
}

/** Takes pictures. */
export interface Eyes {
  /**
   * @param source - as the tag names it: `camera`, `screenshot`.
   * @returns a `data:` or `https:` URL.
   * @throws {BridgeError} BRIDGE_ERR_VISION
   */
  look(
    source: string,
    context: { readonly metadata: TurnMetadata; readonly signal: AbortSignal },
  ): Promise<string>;
}

/** Watch what is asked and answered. What throws lets pass nothing. */
export interface Guards {
  /** Before the model is asked. */
  request?(text: string, metadata: TurnMetadata, signal: AbortSignal): Promise<Guarded>;
  /** Before a piece is spoken. */
  reply?(text: string, metadata: TurnMetadata, signal: AbortSignal): Promise<Guarded>;
}

/** `replace`: these words instead; of a request: the avatar says `say` and the model is not asked; of a reply: the rest is not said. */
export type Guarded =
  | { readonly type: 'pass' }
  | { readonly type: 'replace'; readonly text: string }
  | { readonly type: 'block'; readonly say: string };

/** Keeps turns. A rejection is logged. */
export interface TurnKeeper {
  add(record: TurnRecord): void | Promise<void>;
}

/** A cue that the conversation itself understands. */
export const VISION_CUE: Cue['name'] = 'vision';
