import type { BridgeClient } from '../client/index.js';
import type { Conversation } from '../dialogue/index.js';
import type { PeerSink } from '../expression/index.js';
import { RequestError } from '../runtime/index.js';
import type { AvatarWatch } from './avatar-watch.js';

/** What MMDAgent-EX recognised, whole. @source MMDAgent-EX docs "Connect to ChatGPT": `RECOG_EVENT_STOP|text` */
const RECOGNISED = 'RECOG_EVENT_STOP';

export interface PeerTurnsOptions {
  readonly client: BridgeClient;
  readonly avatar: AvatarWatch;
  readonly conversation: Conversation;
  /** Knows the choices of questions on the screen. */
  readonly sink: PeerSink | undefined;
  /** It was not answered. */
  readonly onRefused: (error: RequestError) => void;
  /** Whether words that it recognised are for this conversation. @default always */
  readonly isAddressed?: (() => boolean) | undefined;
}

/**
 * Makes turns of what the avatar's program says: words that it recognised, and choices on its screen.
 *
 * @returns ends it.
 */
export function takePeerTurns(options: PeerTurnsOptions): () => void {
  const { client, avatar, conversation, sink, onRefused, isAddressed = () => true } = options;
  return avatar.onMessage(client, ({ type, args }) => {
    if (type === RECOGNISED && !isAddressed()) return;
    try {
      // Words may hold the separator.
      if (type === RECOGNISED) conversation.recognised(args.join('|'));
      else choose(sink?.promptChoice([type, ...args].join('|')), conversation);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      onRefused(error);
    }
  });
}

/** A choice is no voice: it is meant, however short it is. */
function choose(text: string | undefined, conversation: Conversation): void {
  if (text !== undefined && text.trim() !== '') conversation.ask({ text, by: 'typed' });
}
