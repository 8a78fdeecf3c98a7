import type { ChatMessage } from '../llm/index.js';
import type { TurnBy, TurnEnd } from './turn.js';

/** One line of the transcript. */
export interface Said {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  readonly by: TurnBy;
  /** Of the avatar: what was heard. */
  readonly text: string;
  /** `open`: the turn is under way. */
  readonly outcome: TurnEnd['outcome'] | 'open';
}

/** What was said, shared by one or several conversations; see `Conversation`. */
export interface History {
  said(): readonly Said[];
  messages(): readonly ChatMessage[];
}
