import type { Utterance } from '../hearing/index.js';
import type { GivenSound } from '../reply/index.js';
import type { TurnMetadata } from '../tools/index.js';
import type { ToolNews } from './turn.js';

/** One question to a brain that hears and speaks by itself. */
export interface SoundQuestion {
  /** s16le mono 16 kHz of the user, to its end; undefined: `text` is asked. */
  readonly sound: AsyncIterable<Uint8Array> | undefined;
  /** The only utterance of the sound; undefined: it is none, or several. */
  readonly utterance?: Utterance | undefined;
  readonly text: string;
  readonly images: readonly string[];
  readonly metadata: TurnMetadata;
  /** Ends tools, and what is read of the answer; what the model remembers is told by `truncate` or `cancel`. */
  readonly signal: AbortSignal;
  /** What it says, as it becomes known. */
  readonly onText: (text: string) => void;
  readonly onTool: (news: ToolNews) => void;
}

export interface SoundAnswer {
  /** To be heard. Ends when nothing more is said; throws what the model throws. */
  readonly given: GivenSound;
  /** What the user said, once it is written down; never rejects. */
  readonly userText: Promise<string | undefined>;
  /** The user heard so much of it: the rest is forgotten. Never rejects. */
  truncate(heardMs: number): Promise<void>;
  /** The turn never was: question and answer are forgotten. Never rejects. */
  cancel(): Promise<void>;
}

/** In place of recognition, language model and synthesis. */
export interface SoundBrain {
  answer(question: SoundQuestion): SoundAnswer;
  /** Somebody speaks: what they say may be taken while they say it. Whether it is a question is told by `answer` or `unhear`. */
  hear?(utterance: Utterance): void;
  /** It was no question: nothing of it is remembered. */
  unhear?(utterance: Utterance): void;
}
