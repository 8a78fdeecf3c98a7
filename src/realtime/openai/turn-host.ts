import type { ToolCall } from '../../llm/index.js';
import type { Clock } from '../../runtime/index.js';
import type { EngineFace } from '../../vendor/index.js';
import type { RealtimeConnection } from './connection.js';
import type { TurnRun } from './turn-run.js';

/** What a turn needs of its session. */
export interface TurnHost {
  readonly clock: Clock;
  readonly face: EngineFace;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** Whether what the user says is written down. */
  readonly transcribes: boolean;
  /** New names of items: at most 32 letters. */
  newItemId(): string;
  /** The connection of the moment, opened if there is none. @throws {ProviderError} BRIDGE_ERR_LLM_* */
  connection(): Promise<RealtimeConnection>;
  isCurrent(connection: RealtimeConnection): boolean;
  /** It fell silent or failed: another takes its place. */
  discard(connection: RealtimeConnection, error: unknown): void;
  /** The buffer of sound is one for all: the turn that filled it before lets go of it. */
  takeSound(turn: TurnRun): void;
  /** The next sound that becomes an item is of this turn. */
  committing(turn: TurnRun): void;
  /** Stops the answer before, waits for its end, and asks the model to answer. */
  answer(turn: TurnRun, connection: RealtimeConnection): Promise<void>;
  /** A call that the model made and the connection that knows of it. */
  keepCall(call: ToolCall, connection: RealtimeConnection): void;
  /** A call that this connection does not know of. */
  foreignCall(callId: string, connection: RealtimeConnection): ToolCall | undefined;
  /** The server is given the result of a call. */
  answered(callId: string): void;
  isAnswered(callId: string | undefined): boolean;
  /** What the user said in this item is told to this turn. */
  expectUserText(itemId: string, turn: TurnRun): void;
  ended(turn: TurnRun): void;
  warn(text: string): void;
}
