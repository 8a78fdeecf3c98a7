import type { Emitter } from '../runtime/index.js';
import type { ConversationEvents } from './conversation-events.js';
import type { History } from './history.js';
import type { HookRunner } from './hook-runner.js';
import type { ConversationPorts } from './ports.js';
import type { ConversationSettings } from './settings.js';
import type { SinkBoard } from './sink-board.js';
import type { TurnSession } from './turn-plan.js';

/** What everything within one conversation shares. */
export interface Services {
  readonly ports: ConversationPorts;
  readonly settings: ConversationSettings;
  readonly history: History;
  readonly hooks: HookRunner;
  readonly sinks: SinkBoard;
  readonly events: Emitter<ConversationEvents>;
  /** Where turns that begin now belong. */
  readonly session: () => TurnSession;
  /** Whether an operator writes the replies now. */
  readonly isOperated: () => boolean;
}
