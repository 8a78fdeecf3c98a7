import type { Clock, Random, Timer } from '../runtime/index.js';
import { AvatarLink } from './avatar-link.js';
import { Outbox } from './outbox.js';
import type { ConnectionInfo } from './simulator-types.js';

export interface PeerConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly info: ConnectionInfo;
  readonly deliver: (bytes: Uint8Array) => void;
  readonly onOverflow: () => void;
  /** AVATAR_EVENT_IDLE, with START or STOP. */
  readonly onIdle: (what: 'START' | 'STOP') => void;
}

/** AVATAR_EVENT_IDLE|START comes this long after the last byte, STOP on the next one [peer-facts 3]. */
const IDLE_MS = 15_000;

/** One connection of the peer: its avatar, what it is still to be sent, and whether it is idle. One timer, whatever the traffic. */
export class PeerConnection {
  readonly info: ConnectionInfo;
  readonly avatar: AvatarLink;
  readonly outbox: Outbox;
  readonly #clock: Clock;
  readonly #onIdle: (what: 'START' | 'STOP') => void;
  #lastByteAtMs: number;
  #idleTimer: Timer | undefined;

  constructor(options: PeerConnectionOptions) {
    const { clock, random, info, deliver, onOverflow } = options;
    this.info = info;
    this.#clock = clock;
    this.#onIdle = options.onIdle;
    this.#lastByteAtMs = clock.nowMs();
    this.avatar = new AvatarLink(clock.nowMs(), info.kind !== 'tcp-server');
    this.outbox = new Outbox({
      clock,
      random,
      waitsForSilence: info.kind === 'websocket',
      deliver,
      onOverflow,
    });
    this.#watchIdle(IDLE_MS);
  }

  /** Bytes were read from it. */
  noteRead(): void {
    this.outbox.noteRead();
    this.#lastByteAtMs = this.#clock.nowMs();
    if (this.#idleTimer !== undefined) return;
    this.#onIdle('STOP');
    this.#watchIdle(IDLE_MS);
  }

  /** The connection is gone: nothing more is sent and no timer is left. */
  release(): void {
    this.outbox.clear();
    this.#idleTimer?.cancel();
  }

  #watchIdle(delayMs: number): void {
    this.#idleTimer = this.#clock.after(delayMs, () => {
      this.#idleTimer = undefined;
      const leftMs = this.#lastByteAtMs + IDLE_MS - this.#clock.nowMs();
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.#onIdle('START');
    });
  }
}
