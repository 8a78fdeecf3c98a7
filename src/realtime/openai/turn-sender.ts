import type { RealtimeInput } from '../realtime.js';
import {
  appendSound,
  COMMIT_SOUND,
  callItem,
  createItem,
  isSendableImage,
  resultItem,
  userItem,
} from './client-event.js';
import type { RealtimeConnection } from './connection.js';
import type { HeldSound } from './held-sound.js';
import type { TurnHost } from './turn-host.js';

export interface SendOptions {
  /** Of the turn; its events carry it. */
  readonly turnId: string;
  readonly input: RealtimeInput;
  readonly sound: HeldSound | undefined;
  readonly host: TurnHost;
  /** Nothing more is sent. */
  readonly isOver: () => boolean;
  readonly onItem: (itemId: string) => void;
  /** The sound is about to become an item. */
  readonly onCommit: () => void;
}

/**
 * Sends what the user gave, sound as it comes.
 *
 * @returns Whether there was anything to answer: sound of no length says nothing.
 */
export async function sendInput(connection: RealtimeConnection, options: SendOptions): Promise<boolean> {
  const { input, sound, turnId, isOver, onCommit } = options;
  sendResults(connection, options);
  const hasWords = sendWords(connection, options);
  if (sound === undefined) return true;
  let hasSound = false;
  for await (const chunk of sound.chunks()) {
    if (isOver() || !connection.isOpen) return false;
    connection.send(appendSound(chunk), `${turnId}.append`);
    hasSound = true;
  }
  if (isOver() || !connection.isOpen) return false;
  if (!hasSound) return hasWords || (input.results?.length ?? 0) > 0;
  onCommit();
  connection.send(COMMIT_SOUND, `${turnId}.commit`);
  return true;
}

function sendResults(connection: RealtimeConnection, { input, host, turnId, onItem }: SendOptions): void {
  for (const { callId, result } of input.results ?? []) {
    const call = host.foreignCall(callId, connection);
    // A result without its call is refused.
    if (call !== undefined) connection.send(createItem(callItem(call)), `${turnId}.item`);
    const id = host.newItemId();
    onItem(id);
    connection.send(createItem({ id, ...resultItem(callId, result) }), `${turnId}.item`);
    host.answered(callId);
  }
}

/** Words for a model that was told to look at what it cannot be shown. */
const UNSHOWN = '(A picture cannot be shown to you: it is no PNG or JPEG.)';

function sendWords(connection: RealtimeConnection, { input, host, turnId, onItem }: SendOptions): boolean {
  const { text: words = '', images: given = [] } = input;
  const images = given.filter(isSendableImage);
  if (images.length < given.length)
    host.warn(`${host.face.name} takes pictures as data: URLs of PNG or JPEG only: others are left out`);
  const text = images.length < given.length ? [words, UNSHOWN].filter(Boolean).join('\n') : words;
  if (text === '' && images.length === 0) return false;
  const itemId = host.newItemId();
  onItem(itemId);
  connection.send(createItem(userItem(itemId, { text, images })), `${turnId}.item`);
  return true;
}
