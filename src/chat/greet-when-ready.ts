import type { Conversation } from '../dialogue/index.js';
import type { AvatarWatch } from './avatar-watch.js';

/** Says the welcome of the settings when the avatar is there; not to somebody who was answered before. @returns takes it back. */
export function greetWhenReady(avatar: AvatarWatch, conversation: Conversation): () => void {
  if (conversation.turn !== undefined) return () => {};
  let leave = (): void => {};
  const unhear = conversation.events.once('turn', () => leave());
  leave = avatar.onceReady(() => {
    unhear();
    conversation.greet();
  });
  return () => {
    unhear();
    leave();
  };
}
