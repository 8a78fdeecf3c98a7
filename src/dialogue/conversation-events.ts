import type { Phase } from '../expression/index.js';
import type { BridgeError, Notice } from '../runtime/index.js';
import type { ToolNews, TurnEnd, TurnHandle } from './turn.js';

/** Where in a conversation something went wrong. */
export type Stage = 'recognition' | 'model' | 'voice' | 'guard' | 'hook' | 'sink' | 'operator';

export interface ConversationEvents {
  /** What sinks are told too. */
  phase: [phase: Phase];
  /** The user's words so far, while they come. */
  partial: [text: string];
  /** A turn began: its events tell the rest. */
  turn: [handle: TurnHandle];
  turnEnded: [end: TurnEnd];
  /** Somebody was heard and is not answered; `text` may be ''. */
  ignored: [text: string, why: 'backchannel' | 'echo' | 'asleep' | 'noWords'];
  /** The user's voice stopped the reply; `resumed`: it was nothing; else the turn ends. */
  held: [];
  resumed: [];
  /** A turn ends because of the user: at this moment, before anything else is done. */
  interrupted: [turn: number];
  awake: [isAwake: boolean];
  /** Must be shown where the avatar is heard. */
  credit: [credit: string];
  /** In English, and what it is, for other languages. */
  warned: [text: string, notice: Notice];
  /** The user is told too where there is a turn; the conversation goes on. */
  error: [error: BridgeError, stage: Stage];
  /** A tool that goes on behind the turn which called it tells how far it is; its result comes as a turn of its own. */
  toolProgress: [news: ToolNews & { readonly turn: number }];
  /** A new context began, also by another conversation that shares it: nothing before it is sent to the model. */
  forgotten: [];
}
