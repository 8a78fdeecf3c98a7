import { type Emitter, type Notice, noticeText } from '../runtime/index.js';
import type { ConversationEvents } from './conversation-events.js';

/** Tells whoever shows the conversation that something is worse than it should be. */
export function warn(events: Emitter<ConversationEvents>, notice: Notice): void {
  events.emit('warned', noticeText(notice), notice);
}
