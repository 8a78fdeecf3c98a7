import type { Cue, CueChoice, ExpressionSink, MarkupScanner, ReplyPiece } from '../expression/index.js';
import type { Hearing } from '../hearing/index.js';
import type { KeptSession } from '../kept/index.js';
import type { ChatModel } from '../llm/index.js';
import type { ReplyVoice } from '../reply/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';
import type { Eyes, Guards, LongTermMemory, ToolBox } from '../tools/index.js';
import type { EndJudgement, Interjection } from '../turns/index.js';
import type { ConversationHooks } from './hooks.js';
import type { SoundBrain } from './sound-brain.js';

/** Everything a conversation needs of the world. What is left out is not there: no ear, no tools, nothing kept. */
export interface ConversationPorts {
  readonly clock: Clock;
  readonly model: ChatModel;
  readonly voice: ReplyVoice;
  /** One reader for each reply. */
  readonly openReader: () => PieceReader;
  /** @default the judgements of room `turns`, with the words of the settings */
  readonly judge?: Judge | undefined;
  readonly ear?: Ear | undefined;
  readonly recognizer?: Recognizer | undefined;
  /**
   * Hears and speaks by itself, in place of `model` and synthesis; `voice` must take sound (see `takesSound`). With a recognizer too,
   * what is said over a reply is judged by its words; else by how long it is.
   */
  readonly brain?: SoundBrain | undefined;
  /** Tags in what a brain says: one reader for each reply. @default the built-in tags */
  readonly openMarks?: (() => MarkReader) | undefined;
  /** What a brain may show by a call. @default nothing */
  readonly cueChoices?: readonly CueChoice[] | undefined;
  readonly tools?: ToolBox | undefined;
  readonly eyes?: Eyes | undefined;
  readonly guards?: Guards | undefined;
  readonly sinks?: readonly ExpressionSink[] | undefined;
  readonly hooks?: readonly ConversationHooks[] | undefined;
  /** Keeps the turns, until `Conversation.forget` names another session. */
  readonly kept?: TurnKeeper | undefined;
  /** Told of every turn that was answered; searched by its own tool. */
  readonly memory?: Pick<LongTermMemory, 'remember'> | undefined;
  readonly logger?: Logger | undefined;
  /** Names this conversation to tools, hooks and services. @default 'conversation' */
  readonly session?: string | undefined;
  readonly user?: string | undefined;
}

/** Finds utterances in frames of sound: what of `Hearing` is used. */
export type Ear = Pick<
  Hearing,
  'events' | 'isTalking' | 'hear' | 'requirePause' | 'played' | 'unplayed' | 'avatarSounds' | 'flush'
>;

/** What words mean for whose turn it is. Pure; all within the call. */
export interface Judge {
  end(text: string, language: string | undefined): EndJudgement;
  interjection(text: string, language: string | undefined): Interjection;
  /**
   * What of these words the user said: '' when all of them are what the avatar said.
   *
   * @param spoken - what the microphone may have heard of the avatar, and when it did, monotonic milliseconds.
   */
  withoutEcho(text: string, heardAtMs: number, spoken: SpokenByAvatar): string;
  /** Two utterances that are one, as one text. */
  join(first: string, second: string): string;
}

export interface SpokenByAvatar {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A model's text to pieces; see `ReplyPiece`. */
export interface PieceReader {
  push(text: string): readonly ReplyPiece[];
  /** No text came for a while: what can be spoken of what waits. */
  stalled(): readonly ReplyPiece[];
  /** No more text comes: everything that waits. More may be pushed afterwards: another answer of the same reply. */
  end(): readonly ReplyPiece[];
}

/** Tells the words of a text from its tags; see `MarkupScanner`. */
export type MarkReader = Pick<MarkupScanner, 'push' | 'end'>;

/** Keeps turns: what of a `KeptSession` is used. */
export type TurnKeeper = Pick<KeptSession, 'append'> &
  Partial<Pick<KeptSession, 'sound' | 'soundEnded' | 'nextTurn'>>;

/** A cue that the conversation itself understands. */
export const VISION_CUE: Cue['name'] = 'vision';
