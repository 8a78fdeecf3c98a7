import type { Utterance } from '../hearing/index.js';
import type { ToolCall, ToolSpec } from '../llm/index.js';
import type { GivenSound } from '../reply/index.js';
import type { TurnMetadata } from '../tools/index.js';
import type { ToolNews } from './turn.js';

/** One question to a brain that hears and speaks by itself. */
export interface SoundQuestion {
  /** What the user said, in order; none: `text` is asked. */
  readonly utterances: readonly Utterance[];
  readonly text: string;
  readonly images: readonly string[];
  /** Who the avatar is, and what holds for this turn alone: paragraphs. Not remembered behind it. */
  readonly instructions: readonly string[];
  /** What the conversation itself does for the model; a tool of the same name goes before. */
  readonly functions: readonly SoundFunction[];
  readonly metadata: TurnMetadata;
  /** Ends tools, and what is read of the answer; what the model remembers is told by `truncate` or `cancel`. */
  readonly signal: AbortSignal;
  /** What it says, as it becomes known; in step with the sound that is read, or ahead of it. */
  readonly onText: (text: string) => void;
  readonly onTool: (news: ToolNews) => void;
  /** What the model read of a call. */
  readonly onResult: (call: ToolCall, result: string, isError: boolean) => void;
  /** It has said everything so far: what its words asked to see. Undefined: nothing. */
  readonly seen: () => Promise<SoundSight | undefined>;
}

/** What a model is shown in the middle of an answer. */
export interface SoundSight {
  readonly text: string;
  readonly images: readonly string[];
}

/** A function that is no tool of the user's: it belongs to how the conversation is held. */
export interface SoundFunction {
  readonly spec: ToolSpec;
  /** How to use it: a paragraph of the instructions. */
  readonly instruction: string;
  /** @param soundMs - how much of the answer's sound came before the call. Never rejects but by the question's signal. */
  run(args: Readonly<Record<string, unknown>>, soundMs: number): Promise<SoundFunctionResult>;
}

export interface SoundFunctionResult {
  readonly result: string;
  readonly images?: readonly string[];
  /** The model must go on because of it. Else it does only when it has said nothing yet. */
  readonly isAwaited: boolean;
}

export interface SoundAnswer {
  /** To be heard. Ends when nothing more is said; throws what the model throws. */
  readonly sound: GivenSound['sound'];
  /** What the user said, once it is written down, which may be long after the answer; never rejects. */
  readonly userText: Promise<string | undefined>;
  /** The user heard so much of it: the rest is forgotten; again with less, more of it. Never rejects. */
  truncate(heardMs: number): Promise<void>;
  /** The turn never was: question and answer are forgotten. Never rejects. */
  cancel(): Promise<void>;
}

/** Said without the brain, by an operator for example; '' where nobody said anything. */
export interface SaidElsewhere {
  readonly user: string;
  readonly reply: string;
}

/** In place of recognition, language model and synthesis. */
export interface SoundBrain {
  answer(question: SoundQuestion): SoundAnswer;
  /** Somebody speaks: what they say may be taken while they say it. Whether it is a question is told by `answer` or `unhear`. */
  hear?(utterance: Utterance): void;
  /** It was no question: nothing of it is remembered. */
  unhear?(utterance: Utterance): void;
  /**
   * What was said, written down before it is answered: `answer` or `unhear` follows. Undefined: nobody writes it down, or it failed.
   * Never rejects.
   */
  words?(utterances: readonly Utterance[]): Promise<string | undefined>;
  /** It goes on from there. */
  know?(said: SaidElsewhere): void;
}
