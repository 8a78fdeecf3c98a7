import type { LaneStatus } from '../control/index.js';
import type { Conversation } from '../dialogue/index.js';
import type { BrowserFace } from '../expression/index.js';
import type { Hearing } from '../hearing/index.js';
import type { KeptConversations, TraceBook } from '../kept/index.js';
import type { LlmUsage } from '../llm/index.js';
import type { LongTermMemory, ToolBox } from '../tools/index.js';
import type { Topology } from './choose-topology.js';

/** What takes part in a conversation, for people. */
export interface ChatParts {
  /** `openai (gpt-5)`, `offline`. */
  readonly model: string;
  /** No language model is set up: a demonstration answers, which says so. */
  readonly isDemonstration: boolean;
  /** The engine that speaks; undefined: replies are only shown, or the model speaks by itself. */
  readonly speaks: string | undefined;
  /** Who understands speech, and why this one; undefined: nobody does. */
  readonly hears: string | undefined;
  readonly topology: Topology;
  readonly topologyWhy: string;
}

/** A conversation with everything around it. Made by `openChat`. */
export interface Chat {
  readonly conversation: Conversation;
  readonly parts: ChatParts;
  /** Canned lines of the operator, by name. */
  readonly lines: Readonly<Record<string, string>>;
  /** Where the time goes, over all turns. */
  readonly latency: TraceBook;
  /** For a page: faces, cues and captions as events. */
  readonly face: BrowserFace;
  /** Of the voice, where somebody understands speech: meter, mute, push to talk. */
  readonly hearing: Hearing | undefined;
  readonly kept: KeptConversations;
  /** Name under which turns that begin now are kept, another one after `forget`; undefined: they are not. */
  readonly session: string | undefined;
  /** What memory and disk know the turns that begin now by, also where none are kept; another one after `forget`. */
  readonly sessionId: string;
  readonly tools: ToolBox;
  readonly memory: LongTermMemory | undefined;
  /** What each model was asked so far, and what it told of tokens. */
  readonly usage: () => readonly LlmUsage[];
  /** The avatar that it is with; undefined: there is none yet. */
  readonly lane: LaneStatus | undefined;
  /** Says the welcome of the settings when the avatar is there, at once where it is; not to somebody who was answered before. */
  greetWhenReady(): void;
  /**
   * The model forgets, and so do disk and long-term memory what they have of this session. What comes afterwards, also while this is
   * under way, is kept as another session.
   *
   * @throws {RequestError} BRIDGE_ERR_KEPT - something is left, which the next call tries again.
   */
  forget(): Promise<void>;
  /** Silence at once, then everything that was opened ends. Idempotent. */
  close(): Promise<void>;
}
