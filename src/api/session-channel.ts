import type { AskedTurn, Session } from '../sessions/index.js';
import { EVENT_FIELDS } from './event-fields.js';
import type { Outbox } from './outbox.js';
import type { SessionState } from './parts.js';
import { stateOf } from './session-view.js';

export interface ChannelOptions {
  readonly channel: number;
  readonly session: Session;
  readonly outbox: Outbox;
  /** Somebody looks on: no sound, no lips, and the session is not held. */
  readonly isWatching: boolean;
  /** Nothing follows on it: by the session's own end. */
  readonly onClosed: () => void;
}

/**
 * One session on one connection: everything that happens in it is told there. While it is open the session does not expire, unless
 * somebody only looks on.
 */
export class SessionChannel {
  readonly session: Session;
  readonly isWatching: boolean;
  readonly #options: ChannelOptions;
  readonly #asked = new Map<number, AskedTurn>();
  readonly #offs: (() => void)[];
  #isOpen = true;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.session = options.session;
    this.isWatching = options.isWatching;
    this.#offs = [...(options.isWatching ? [] : [options.session.hold()]), ...this.#listen()];
  }

  get state(): SessionState & { readonly channel: number } {
    return { ...stateOf(this.session), channel: this.#options.channel };
  }

  /** Keeps what ends a turn that was asked for here. */
  asked(turn: AskedTurn): void {
    this.#asked.set(turn.turn, turn);
    void turn.ended.then(() => this.#asked.delete(turn.turn));
  }

  /** Does nothing for a turn that has ended, or was not asked for here. */
  cancel(turn: number): void {
    this.#asked.get(turn)?.cancel();
  }

  /** Lets go of the session. Idempotent. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const off of this.#offs) off();
  }

  #listen(): (() => void)[] {
    const { session, outbox, channel, onClosed } = this.#options;
    const all = Object.keys(EVENT_FIELDS) as (keyof typeof EVENT_FIELDS)[];
    const names = all.filter((name) => name !== 'lips' || !this.isWatching);
    const offs = names.map((name) => {
      const fieldsOf = EVENT_FIELDS[name] as (...args: unknown[]) => Readonly<Record<string, unknown>>;
      const event = name === 'fault' ? 'error' : name;
      return session.events.on(event, (...args: unknown[]) => {
        outbox.tell(name, { channel, ...fieldsOf(...args) });
      });
    });
    const offSound = this.isWatching
      ? () => {}
      : session.events.on('sound', ({ turn, fromMs, pcm, sampleRateHz }) => {
          const fromSample = Math.round((fromMs * sampleRateHz) / 1000);
          outbox.sound({ channel, turn, fromSample, sampleRateHz, pcm });
        });
    const offClosed = session.events.on('closed', () => {
      this.leave();
      onClosed();
    });
    return [...offs, offSound, offClosed];
  }
}
