import type { Phase } from '../expression/index.js';
import type { Clock, Timer } from '../runtime/index.js';

/**
 * The user's side. `voicing`: somebody speaks; `pausing`: perhaps the end; `knowing`: the utterance has ended and its words are
 * awaited.
 */
export type UserState = 'silent' | 'voicing' | 'pausing' | 'knowing';
/**
 * The avatar's side. `thinking`: a turn is under way and nothing of it sounds; `speaking`: it sounds; `yielding`: the user's voice holds
 * it back until it is known what was said.
 */
export type AvatarState = 'resting' | 'thinking' | 'speaking' | 'yielding';

export type UserInput = 'began' | 'paused' | 'wentOn' | 'ended' | 'known' | 'dropped' | 'close';
export type AvatarInput = 'start' | 'sounded' | 'yield' | 'resume' | 'end' | 'close';

type Table<S extends string, I extends string> = Readonly<Record<S, Readonly<Partial<Record<I, S>>>>>;

/** What is not in a row does nothing. A test walks every cell of both. */
export const USER_TABLE: Table<UserState, UserInput> = {
  silent: { began: 'voicing' },
  voicing: { paused: 'pausing', ended: 'knowing', dropped: 'silent', close: 'silent' },
  pausing: { began: 'voicing', wentOn: 'voicing', ended: 'knowing', dropped: 'silent', close: 'silent' },
  knowing: { began: 'voicing', known: 'silent', dropped: 'silent', close: 'silent' },
};

/** `resume` goes back to what `yield` came from; `thinking` stands here for both. */
export const AVATAR_TABLE: Table<AvatarState, AvatarInput> = {
  resting: { start: 'thinking' },
  thinking: { start: 'thinking', sounded: 'speaking', yield: 'yielding', end: 'resting', close: 'resting' },
  speaking: { start: 'thinking', yield: 'yielding', end: 'resting', close: 'resting' },
  yielding: { start: 'thinking', sounded: 'yielding', resume: 'thinking', end: 'resting', close: 'resting' },
};

export interface FloorOptions {
  readonly clock: Clock;
  /** Longest stay in a state, milliseconds; what is not named, or Infinity, may last. */
  readonly limitsMs: Readonly<Partial<Record<UserState | AvatarState, number>>>;
  readonly onPhase: (phase: Phase) => void;
  /** A state lasted too long: the owner must end what it stands for. The floor itself stays. */
  readonly onStuck: (state: UserState | AvatarState) => void;
}

/**
 * Who has the floor: two small machines side by side, since the user may speak in any state of the avatar.
 *
 * user × input → next (others stay):
 *
 * | | began | paused | wentOn | ended | known | dropped | close |
 * |---|---|---|---|---|---|---|---|
 * | silent | voicing | | | | | | |
 * | voicing | | pausing | | knowing | | silent | silent |
 * | pausing | voicing | | voicing | knowing | | silent | silent |
 * | knowing | voicing | | | | silent | silent | silent |
 *
 * avatar × input → next:
 *
 * | | start | sounded | yield | resume | end | close |
 * |---|---|---|---|---|---|---|
 * | resting | thinking | | | | | |
 * | thinking | thinking | speaking | yielding | | resting | resting |
 * | speaking | thinking | | yielding | | resting | resting |
 * | yielding | thinking | yielding, and sounds after `resume` | | what it was | resting | resting |
 *
 * Interruption is `start` or `end`: legal in every state. A watchdog stands over every state that waits for somebody.
 */
export class Floor {
  readonly #options: FloorOptions;
  #user: UserState = 'silent';
  #avatar: AvatarState = 'resting';
  #hasSounded = false;
  #phase: Phase = 'idle';
  #userTimer: Timer | undefined;
  #avatarTimer: Timer | undefined;

  constructor(options: FloorOptions) {
    this.#options = options;
  }

  get user(): UserState {
    return this.#user;
  }

  get avatar(): AvatarState {
    return this.#avatar;
  }

  /** What is shown of both sides. */
  get phase(): Phase {
    return this.#phase;
  }

  tellUser(input: UserInput): void {
    const next = USER_TABLE[this.#user][input];
    if (next === undefined) return;
    this.#userTimer?.cancel();
    this.#user = next;
    this.#userTimer = this.#watch(next);
    this.#show();
  }

  tellAvatar(input: AvatarInput): void {
    const listed = AVATAR_TABLE[this.#avatar][input];
    if (listed === undefined) return;
    if (input === 'sounded') this.#hasSounded = true;
    if (input === 'start' || input === 'end' || input === 'close') this.#hasSounded = false;
    const next = input === 'resume' && this.#hasSounded ? 'speaking' : listed;
    // What goes on sounding in the same state has not moved: its time goes on too.
    if (next === this.#avatar && input !== 'start') return;
    this.#avatarTimer?.cancel();
    this.#avatar = next;
    this.#avatarTimer = this.#watch(next);
    this.#show();
  }

  /** A sign of life in `state`: its time begins anew. */
  alive(state: AvatarState): void {
    if (this.#avatar !== state) return;
    this.#avatarTimer?.cancel();
    this.#avatarTimer = this.#watch(state);
  }

  close(): void {
    this.tellUser('close');
    this.tellAvatar('close');
    this.#userTimer?.cancel();
    this.#avatarTimer?.cancel();
  }

  #watch(state: UserState | AvatarState): Timer | undefined {
    const limitMs = this.#options.limitsMs[state];
    if (limitMs === undefined || limitMs === Number.POSITIVE_INFINITY) return undefined;
    return this.#options.clock.after(limitMs, () => this.#options.onStuck(state));
  }

  #show(): void {
    const phase = phaseOf(this.#user, this.#avatar);
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#options.onPhase(phase);
  }
}

/** What sounds is seen first, then who is listened to. */
export function phaseOf(user: UserState, avatar: AvatarState): Phase {
  if (avatar === 'speaking') return 'speaking';
  if (user === 'voicing' || user === 'pausing' || avatar === 'yielding') return 'listening';
  if (avatar === 'thinking' || user === 'knowing') return 'thinking';
  return 'idle';
}
