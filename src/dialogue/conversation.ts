import type { Phase } from '../expression/index.js';
import { type BridgeError, Emitter, InvalidStateError } from '../runtime/index.js';
import type { History, Said } from './history.js';
import type { ConversationPorts } from './ports.js';
import type { ConversationSettings } from './settings.js';
import type { Question, TurnEnd, TurnHandle } from './turn.js';

/** Where in a conversation something went wrong. */
export type Stage =
  | 'recognition'
  | 'model'
  | 'voice'
  | 'tool'
  | 'vision'
  | 'guard'
  | 'hook'
  | 'sink'
  | 'kept';

export interface ConversationEvents {
  /** What sinks are told too. */
  phase: [phase: Phase];
  /** The user's words so far, while they come. */
  partial: [text: string];
  /** A turn began: its events tell the rest. */
  turn: [handle: TurnHandle];
  turnEnded: [end: TurnEnd];
  /** Somebody was heard and is not answered; `text` may be ''. */
  ignored: [text: string, why: 'backchannel' | 'echo' | 'asleep' | 'noWords' | 'halfDuplex'];
  /** The user's voice stopped the reply; `resumed`: it was nothing; else the turn ends. */
  held: [];
  resumed: [];
  awake: [isAwake: boolean];
  /** Must be shown where the avatar is heard. */
  credit: [credit: string];
  warned: [text: string];
  /** The user is told too where there is a turn; the conversation goes on. */
  error: [error: BridgeError, stage: Stage];
  /** A new context began: nothing before it is sent to the model. */
  forgotten: [];
}

/** One conversation. Signatures first; the behaviour follows. */
export class Conversation {
  readonly events = new Emitter<ConversationEvents>();

  /** @param history - shared by several conversations; left out: its own. */
  constructor(_ports: ConversationPorts, _settings: ConversationSettings, _history?: History) {}

  get phase(): Phase {
    return notYet();
  }

  /** False while it waits for a wake word. */
  get isAwake(): boolean {
    return notYet();
  }

  /** Whether an operator writes the replies. */
  get isOperated(): boolean {
    return notYet();
  }

  /** s16le mono 16 kHz of the microphone, any length. */
  hear(_frame: Uint8Array, _capturedAtMs: number): void {
    notYet();
  }

  /** Push to talk: the key went down. A reply that sounds ends at once. */
  press(): void {
    notYet();
  }

  release(): void {
    notYet();
  }

  /**
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED - closed; busy and told to refuse; too many wait; neither text nor images.
   */
  ask(_question: Question): TurnHandle {
    return notYet();
  }

  /** The avatar says this and nothing is asked of the model. While an operator has taken over: the reply to the turn that waits. */
  say(_text: string): TurnHandle {
    return notYet();
  }

  /** Says the welcome of the settings, without a turn of history: it stands there already. Undefined without one. */
  greet(): TurnHandle | undefined {
    return notYet();
  }

  /** Ends the turn under way and whatever waits. */
  interrupt(): void {
    notYet();
  }

  /** From now on `say` answers; the model is not asked. The reply under way ends where it is. */
  takeOver(): void {
    notYet();
  }

  /** The model answers again, from what was said; a turn that waits for the operator is answered by it now. */
  handBack(): void {
    notYet();
  }

  /** What was said, oldest first. */
  messages(): readonly Said[] {
    return notYet();
  }

  /** A new context; ends the turn under way. */
  forget(): void {
    notYet();
  }

  /** Gets model and voice ready. Never rejects. */
  warmUp(): Promise<void> {
    return notYet();
  }

  /** Silence at once. Closes nothing that was handed in. Idempotent. */
  close(): Promise<void> {
    return notYet();
  }
}

function notYet(): never {
  throw new InvalidStateError('The behaviour of this class is being written');
}
