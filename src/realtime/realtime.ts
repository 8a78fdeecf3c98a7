import type { ChatMessage, ToolCall, ToolSpec } from '../llm/index.js';
import type { Emitter } from '../runtime/index.js';

/** Rate of the sound that such models give. @source openai-node realtime.ts RealtimeAudioFormats: "Only a 24kHz sample rate is supported" */
export const REALTIME_SAMPLE_RATE_HZ = 24_000;
/** Of s16le mono at that rate. */
export const REALTIME_BYTES_PER_MS = (2 * REALTIME_SAMPLE_RATE_HZ) / 1000;

/** A model that takes sound and answers with sound: in place of recognition, language model and synthesis. */
export interface RealtimeModel {
  /** As in the settings. */
  readonly name: string;
  readonly type: string;
  /** The vendor's name of the model. */
  readonly model: string;
  /** Whether the server hears where turns end (`turnDetection`): sound then goes to `hear`, and no turn can be given any. */
  readonly hearsTurns: boolean;
  /** Whether sessions have a temperature: the protocol has dropped it. */
  readonly takesTemperature: boolean;
  /** Whether names and terms can be told to whoever writes down what the user said. */
  readonly takesHints: boolean;
  /** Opens a session. @throws {ProviderError} BRIDGE_ERR_LLM_* - key, address, model or settings are refused. */
  connect(options: RealtimeSessionOptions): Promise<RealtimeSession>;
  /** Ends every session. Idempotent. */
  close(): Promise<void>;
}

export interface RealtimeSessionOptions {
  /** The system prompt. */
  readonly instructions: string;
  readonly tools?: readonly ToolSpec[] | undefined;
  /**
   * What was said and heard so far, without the system prompt. Asked for at the start and whenever a new connection takes the place of
   * an old one (after 55 minutes, or when it broke): the conversation goes on there. @default nothing
   */
  readonly history?: (() => readonly ChatMessage[]) | undefined;
  /** Ends the session. */
  readonly signal?: AbortSignal | undefined;
}

/** One conversation with such a model; lives through lost connections. One turn at a time: a new one cancels the one before. */
export interface RealtimeSession {
  readonly events: Emitter<RealtimeSessionEvents>;
  /** Begins a turn: the user's sound as it comes, words, or results of calls. Never throws: the parts do. */
  turn(input: RealtimeInput): RealtimeTurn;
  /**
   * For `turnDetection` of the server: the microphone without end, s16le mono 16 kHz. Turns then begin by themselves, see `turnBegan`.
   * With our own hearing it does nothing.
   */
  hear(pcm: Uint8Array): void;
  /**
   * What the model shall know without answering: results of calls after which it need not speak, and what was said without it. Goes in
   * at once, before whatever comes next; a connection that is opened later has it from `history`.
   */
  know(news: RealtimeNews): void;
  /** From the next turn on. */
  update(changes: { readonly instructions?: string; readonly tools?: readonly ToolSpec[] }): void;
  /** Tokens so far. */
  usage(): RealtimeUsage;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface RealtimeInput {
  /** s16le mono 16 kHz as it is heard; its end is the end of the user's turn, and the model answers. */
  readonly sound?: AsyncIterable<Uint8Array> | undefined;
  readonly text?: string | undefined;
  /** `data:` URLs of PNG and JPEG; others are left out with a warning. */
  readonly images?: readonly string[] | undefined;
  /** Answers to the calls of the turn before. */
  readonly results?: readonly CallResult[] | undefined;
  /**
   * The sound becomes an item, and is written down, as soon as it has ended; the model is asked once this settles. Words can so be
   * looked at before they are answered. @default at once
   */
  readonly answerWhen?: Promise<unknown> | undefined;
  /** Aborts like `cancel`; the parts then throw the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallResult {
  readonly callId: string;
  readonly result: string;
}

export interface RealtimeNews {
  readonly results?: readonly CallResult[];
  /** Words of the user, and of an assistant that was not the model. */
  readonly said?: readonly Extract<ChatMessage, { readonly role: 'user' | 'assistant' }>[];
}

/** One turn of the user and the model's answer to it. */
export interface RealtimeTurn {
  /** What the model answers, as it comes; to be read once. Leaving it early does not cancel. */
  readonly parts: AsyncIterable<RealtimePart>;
  /**
   * What the user said, when the vendor has written it down: may come long after the answer. Undefined: there is no sound, no
   * transcription, or it failed. Never rejects.
   */
  readonly userText: Promise<string | undefined>;
  /**
   * The user interrupted: the model stops, and what it remembers of its answer ends where the ear stopped.
   *
   * Again with less than before, it forgets more.
   *
   * @param heardMs - of the turn's sound, counted from its first sample; 0: nothing was heard, and it never answered.
   * @returns When the cut is sent. Does nothing after all was heard.
   */
  truncate(heardMs: number): Promise<void>;
  /** The turn never was: what was heard is forgotten, the answer too. As `truncate(0)` once the user's words are with the model. */
  cancel(): Promise<void>;
}

/** In the order in which it came; `end` exactly once, last. */
export type RealtimePart =
  /** s16le mono at REALTIME_SAMPLE_RATE_HZ, whole samples; the reader owns it. */
  | { readonly type: 'sound'; readonly pcm: Uint8Array }
  /** The words of the sound, or words alone where the model gives no sound. */
  | { readonly type: 'text'; readonly text: string }
  /** More of what the user said; see `userText` for the whole. */
  | { readonly type: 'userText'; readonly text: string }
  | { readonly type: 'call'; readonly call: ToolCall }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'end'; readonly reason: RealtimeEndReason };

/** `calls`: answer them with a turn of results. `cancelled`: by `truncate`, `cancel` or the server's own hearing. */
export type RealtimeEndReason = 'stop' | 'calls' | 'length' | 'filter' | 'cancelled';

export interface RealtimeSessionEvents {
  /** A connection is there: the first, or a new one in place of an old one. */
  connected: [isNew: boolean];
  /** A connection broke or was too old; the next is opened at once. */
  dropped: [error: unknown];
  /** Only with hearing of the server: the user began, stopped, and the model answers. */
  userBegan: [];
  userPaused: [];
  turnBegan: [turn: RealtimeTurn];
  /** What is left of the vendor's limits. */
  rateLimits: [limits: readonly RealtimeLimit[]];
  /** The session goes on, something in it was refused. */
  warned: [text: string];
}

export interface RealtimeLimit {
  /** `requests`, `tokens`. */
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

export interface RealtimeUsage {
  readonly responses: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly inputAudioTokens: number;
  readonly outputAudioTokens: number;
  readonly cachedTokens: number;
}
