import type { Caller } from '../access/index.js';
import { type BridgeError, type Emitter, RequestError } from '../runtime/index.js';
import type { Lane, Phoneme } from './parts.js';

export interface AvatarSpeechEnd {
  readonly reason: 'completed' | 'interrupted' | 'failed';
  readonly heardMs: number;
  readonly error?: BridgeError | undefined;
}

/** Something that is spoken on a lane. */
export interface AvatarSpeech {
  readonly lane: string;
  readonly events: Emitter<{ started: []; heard: [heardMs: number] }>;
  /** Settles once, never rejects. */
  readonly ended: Promise<AvatarSpeechEnd>;
  /** Silence at once. Idempotent. */
  stop(): void;
}

/** Sound on its way to a lane. */
export interface AvatarSound extends AvatarSpeech {
  /** @param pcm - s16le mono 16 000 Hz; copied. @returns when there is room for more; nothing happens after the end. */
  write(pcm: Uint8Array): Promise<void>;
  /** No more follows. Idempotent. */
  end(): void;
}

type LaneIfBusy = 'queue' | 'interrupt' | 'fail';

/** The avatars of the bridge, as programs reach them. The app puts daemon and voices behind it. All reject with {BridgeError}. */
export interface AvatarPort {
  lanes(): Promise<readonly Lane[]>;
  /** Resolves when the text is on its way to be spoken. */
  say(wish: {
    readonly text: string;
    readonly lane: string | undefined;
    readonly engine: string | undefined;
    readonly voice: string | undefined;
    readonly ifBusy: LaneIfBusy | undefined;
  }): Promise<AvatarSpeech>;
  play(wish: {
    readonly lane: string | undefined;
    readonly kind: 'recorded' | 'live';
    readonly ifBusy: LaneIfBusy | undefined;
  }): Promise<AvatarSound>;
  /** Whatever is spoken or waits there. */
  interrupt(lane: string | undefined): Promise<void>;
  /** One line, TYPE|ARG|…. @returns the lane. */
  send(message: string, lane: string | undefined): Promise<string>;
  /** Moves the mouth for sound that is heard elsewhere, from `startsInMs` on. Resolves when it is on its way. @returns the lane. */
  lips(wish: {
    readonly phonemes: readonly Phoneme[];
    readonly lane: string | undefined;
    readonly startsInMs: number;
  }): Promise<string>;
  /** `onLane` tells that an avatar came, changed its model, began or ended speaking, or went. @returns ends it. */
  watch(listener: {
    readonly onLane: (lane: Lane) => void;
    readonly onMessage: (message: { lane: string; type: string; args: readonly string[] }) => void;
  }): () => void;
}

/** What keys of role `client` may do with avatars; operators may everything, visitors nothing. */
export interface AvatarAllowance {
  /** Lanes on which they may speak. @default none */
  readonly lanes?: 'all' | readonly string[];
  /** Types of messages that they may send there, such as MOTION_ADD. @default none */
  readonly messageTypes?: readonly string[];
}

/** Decides what a caller may do with avatars. */
export class AvatarRights {
  readonly #lanes: 'all' | readonly string[];
  readonly #messageTypes: readonly string[];

  constructor({ lanes = [], messageTypes = [] }: AvatarAllowance = {}) {
    this.#lanes = lanes;
    this.#messageTypes = messageTypes;
  }

  /**
   * @param lane - as it was asked for; undefined: the only one.
   * @returns the lane that is meant; undefined: whichever is the only one.
   * @throws {RequestError} BRIDGE_ERR_ACCESS
   */
  lane({ role }: Caller, lane: string | undefined): string | undefined {
    if (role === 'operator') return lane;
    const allowed = role === 'client' ? this.#lanes : [];
    if (allowed === 'all') return lane;
    const [only, ...others] = allowed;
    const meant = lane ?? (others.length === 0 ? only : undefined);
    if (meant !== undefined && allowed.includes(meant)) return meant;
    throw notAllowed(
      lane === undefined ? 'to speak on an avatar without naming it' : 'to speak on this avatar',
    );
  }

  /** The lanes of these that the caller may know of. */
  known<T extends { readonly lane: string }>({ role }: Caller, lanes: readonly T[]): readonly T[] {
    if (role === 'operator') return lanes;
    const allowed = role === 'client' ? this.#lanes : [];
    return allowed === 'all' ? lanes : lanes.filter(({ lane }) => allowed.includes(lane));
  }

  /** @throws {RequestError} BRIDGE_ERR_ACCESS */
  message({ role }: Caller, message: string): void {
    const [type = ''] = message.split('|');
    if (role === 'operator' || (role === 'client' && this.#messageTypes.includes(type))) return;
    throw notAllowed('to send messages of this type');
  }

  /** On any avatar at all. @throws {RequestError} BRIDGE_ERR_ACCESS */
  speaking({ role }: Caller): void {
    if (role === 'operator' || (role === 'client' && this.#lanes.length > 0)) return;
    throw notAllowed('to have an avatar speak');
  }

  /** @throws {RequestError} BRIDGE_ERR_ACCESS */
  watching({ role }: Caller): void {
    if (role !== 'operator') throw notAllowed('to watch avatars');
  }

  /** Writing what the avatar answers somebody. @throws {RequestError} BRIDGE_ERR_ACCESS */
  operating({ role }: Caller): void {
    if (role !== 'operator') throw notAllowed('to write replies');
  }
}

function notAllowed(what: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_ACCESS',
    `Expected a key that is allowed ${what}: use that of an operator, or widen the settings for clients`,
  );
}
