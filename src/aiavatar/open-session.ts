import { type Caller, mayAs } from '../access/index.js';
import { RequestError } from '../runtime/index.js';
import type { Session, SessionVoice } from '../sessions/index.js';
import { REPLY_RATE_HZ, type Room } from './ports.js';
import type { ReplyWish } from './reply-audio.js';

export interface SessionAsked {
  readonly caller: Caller;
  readonly name: string;
  readonly user: string | undefined;
  /** With which a new session begins. */
  readonly context?: string | undefined;
  readonly wish: Pick<ReplyWish, 'voice' | 'lane'>;
}

/**
 * The session of this name of this caller, begun where there is none; one that is there keeps the voice it was begun with.
 *
 * @throws as `Sessions.open`; {RequestError} BRIDGE_ERR_ACCESS - a visitor wants the avatar of this bridge to speak.
 */
export function openSession(room: Room, { caller, name, user, wish, context }: SessionAsked): Session {
  if (wish.voice === 'avatar' && !mayAs(caller.role, 'client'))
    throw new RequestError(
      'BRIDGE_ERR_ACCESS',
      'Expected a key of role client with voice=avatar: visitors hear replies where they are',
    );
  const session = room.sessions.open({ caller, name, by: 'aiavatar', user, context, voice: voiceOf(wish) });
  room.pictures.watch(session);
  return session;
}

export function voiceOf({ voice, lane }: Pick<ReplyWish, 'voice' | 'lane'>): SessionVoice {
  switch (voice) {
    case 'client':
      return { to: 'client', sampleRateHz: REPLY_RATE_HZ, lips: false };
    case 'avatar':
      return { to: 'avatar', lane };
    case 'nobody':
      return { to: 'nobody' };
  }
}
