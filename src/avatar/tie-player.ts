import type { PaceScheduler } from '../pacing/index.js';
import { encodeAvatarCommand } from '../protocol/index.js';
import { type Clock, RequestError } from '../runtime/index.js';
import type { EffectKind } from './delay-estimator.js';
import type { PeerSession } from './peer-session.js';
import { type TiedMessage, TiedMessages } from './tied-messages.js';

export interface TiePlayerOptions {
  readonly clock: Clock;
  readonly scheduler: PaceScheduler;
  /** When a position of the stream is heard; Infinity while nobody can know. */
  readonly heardAtMs: (positionMs: number) => number;
  readonly onSent: (tie: TiedMessage, sentAtMs: number) => void;
}

const MAX_TIES = 10_000;

/**
 * Sends a stream's tied messages so that they act when their position is heard: at that time less what this peer
 * needs to act. After `stop` none leaves, not even one that waited for the socket.
 */
export class TiePlayer {
  readonly #options: TiePlayerOptions;
  readonly #ties = new TiedMessages();
  readonly #task = { dueMs: Number.POSITIVE_INFINITY, run: (nowMs: number) => this.#sendDue(nowMs) };
  readonly #delayMs = (kind: EffectKind): number => this.#session?.delays.delayMs(kind) ?? 0;
  #session: PeerSession | undefined;
  #count = 0;
  #isAnySent = false;

  constructor(options: TiePlayerOptions) {
    this.#options = options;
  }

  /** Whether any message has left: the mouth may be open though nothing was heard. */
  get isAnySent(): boolean {
    return this.#isAnySent;
  }

  /**
   * @throws {RequestError} BRIDGE_ERR_QUEUE_FULL; BRIDGE_ERR_MESSAGE_ARGUMENT - a position that is none.
   * @throws {ProtocolError} all of encodeAvatarCommand: now, not when its time has come.
   */
  add(positionMs: number, kind: EffectKind, content: TiedMessage['content']): number {
    if (!(positionMs >= 0 && positionMs < Number.POSITIVE_INFINITY)) {
      throw new RequestError(
        'BRIDGE_ERR_MESSAGE_ARGUMENT',
        `Expected a position from 0 milliseconds on for a tied message, got ${positionMs}`,
      );
    }
    if (this.#ties.size >= MAX_TIES) {
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${MAX_TIES} tied messages on a stream`,
      );
    }
    if ('command' in content) encodeAvatarCommand(content.command);
    const tieId = ++this.#count;
    this.#ties.add({ tieId, positionMs, kind, content });
    this.schedule();
    return tieId;
  }

  start(session: PeerSession): void {
    this.#session = session;
    this.schedule();
  }

  /** How long the first sound must wait so that a slow peer can act on messages tied to it. */
  holdMs(latencyMs: number): number {
    return this.#ties.holdMs(latencyMs, this.#delayMs);
  }

  /** Looks again when messages are due: more is known of when positions are heard. */
  schedule(): void {
    if (this.#session === undefined) return;
    if (this.#ties.size === 0 && this.#task.dueMs === Number.POSITIVE_INFINITY) return;
    const dueMs = this.#ties.nextDueMs(this.#options.heardAtMs, this.#delayMs);
    if (dueMs === this.#task.dueMs || Math.abs(dueMs - this.#task.dueMs) < 0.25) return;
    this.#task.dueMs = dueMs;
    this.#options.scheduler.wake(this.#task);
  }

  /** The sound was heard to its end: what is tied at or behind it acts now. */
  finish(): void {
    const session = this.#session;
    for (const tie of this.#ties.takeAll()) {
      if (session === undefined || this.#session !== session) return;
      this.#send(session, tie);
    }
    this.#session = undefined;
  }

  stop(): void {
    this.#ties.clear();
    this.#task.dueMs = Number.POSITIVE_INFINITY;
    this.#options.scheduler.remove(this.#task);
    this.#session?.cancel(this);
    this.#session = undefined;
  }

  #sendDue(nowMs: number): void {
    this.#task.dueMs = Number.POSITIVE_INFINITY;
    const session = this.#session;
    if (session === undefined) return;
    for (const tie of this.#ties.takeDue(nowMs, this.#options.heardAtMs, this.#delayMs)) {
      // A listener of the one before may have interrupted the stream.
      if (this.#session !== session) return;
      this.#send(session, tie);
    }
    this.schedule();
  }

  #send(session: PeerSession, tie: TiedMessage): void {
    const sent = (nowMs: number): void => {
      this.#isAnySent = true;
      this.#options.onSent(tie, nowMs);
    };
    if ('frame' in tie.content) session.sendUrgent(tie.content.frame, tie.content.text, sent, this);
    else session.sendCommand(tie.content.command, sent, this);
  }
}
