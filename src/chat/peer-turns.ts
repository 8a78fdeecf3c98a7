import type { BridgeClient } from '../client/index.js';
import type { Conversation } from '../dialogue/index.js';
import type { PeerSink } from '../expression/index.js';
import { type Clock, RequestError } from '../runtime/index.js';
import type { AvatarWatch, PeerMessageSeen } from './avatar-watch.js';

/** What MMDAgent-EX recognised, whole. @source MMDAgent-EX docs "Connect to ChatGPT": `RECOG_EVENT_STOP|text` */
const RECOGNISED = 'RECOG_EVENT_STOP';

/** More than anybody says while a conversation is opened. */
const MAX_EARLY = 8;

/** What MMDAgent-EX recognised before anybody could answer. */
export interface PeerWords {
  /** Nothing more is kept. @returns what was, oldest first. */
  take(): PeerMessageSeen[];
}

/**
 * Keeps what MMDAgent-EX recognises while its conversation is being opened: the newest 8, since who goes on speaking that long says again
 * what was not answered.
 */
export function keepPeerWords(client: BridgeClient, avatar: AvatarWatch): PeerWords {
  const words: PeerMessageSeen[] = [];
  const off = avatar.onMessage(client, (message) => {
    if (message.type !== RECOGNISED) return;
    words.push(message);
    if (words.length > MAX_EARLY) words.shift();
  });
  return {
    take: () => {
      off();
      return words.splice(0);
    },
  };
}

export interface PeerTurnsOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly avatar: AvatarWatch;
  readonly conversation: Conversation;
  /** Knows the choices of questions on the screen. */
  readonly sink: PeerSink | undefined;
  /** Words from before; undefined: there are none. */
  readonly early?: PeerWords | undefined;
  /** It was not answered. */
  readonly onRefused: (error: RequestError) => void;
  /** Whether words that it recognised are for this conversation. @default always */
  readonly isAddressed?: (() => boolean) | undefined;
}

/**
 * Makes turns of what the avatar's program says: words that it recognised, and choices on its screen.
 *
 * Words from before come first, one after the other as if they were said now, so that those that go on with each other are answered once;
 * and a moment later, so that who opened the conversation hears of it.
 *
 * @returns ends it.
 */
export function takePeerTurns(options: PeerTurnsOptions): () => void {
  const { client, clock, avatar, conversation, sink, early, onRefused, isAddressed = () => true } = options;
  const take = ({ type, args }: PeerMessageSeen): void => {
    if (type === RECOGNISED && !isAddressed()) return;
    try {
      // Words may hold the separator.
      if (type === RECOGNISED) conversation.recognised(args.join('|'));
      else choose(sink?.promptChoice([type, ...args].join('|')), conversation);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      onRefused(error);
    }
  };
  const waiting = early?.take() ?? [];
  const timer = clock.after(0, () => {
    for (const message of waiting.splice(0)) take(message);
  });
  const off = avatar.onMessage(client, (message) => {
    if (message.type === RECOGNISED && waiting.length > 0) waiting.push(message);
    else take(message);
  });
  return () => {
    timer.cancel();
    off();
  };
}

/** A choice is no voice: it is meant, however short it is. */
function choose(text: string | undefined, conversation: Conversation): void {
  if (text !== undefined && text.trim() !== '') conversation.ask({ text, by: 'typed' });
}
