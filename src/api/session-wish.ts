import type { Caller } from '../access/index.js';
import type { SessionVoice, SessionWish } from '../sessions/index.js';
import type { AvatarRights } from './avatar-port.js';
import type { OpenWish } from './parts.js';

export interface WishOptions {
  readonly caller: Caller;
  readonly rights: AvatarRights;
  /** Something that nobody guesses. */
  readonly newToken: () => string;
  /** Where none is asked for. */
  readonly voice: SessionVoice;
}

/** @throws {RequestError} BRIDGE_ERR_ACCESS - it may not speak on that avatar. */
export function wishOf(
  { name, persona, voice, user, said, instructions }: OpenWish,
  options: WishOptions,
): SessionWish {
  const { caller, rights, newToken } = options;
  return {
    ...{ caller, by: 'api', persona, user, said, instructions },
    name: name ?? `api-${newToken()}`,
    voice:
      voice?.to === 'avatar'
        ? { to: 'avatar', lane: rights.lane(caller, voice.lane) }
        : (voice ?? options.voice),
  };
}
