import type { PaceScheduler } from '../pacing/index.js';
import type { WireFrame } from '../protocol/index.js';
import type { BridgeError, Clock } from '../runtime/index.js';
import type { EffectKind } from './delay-estimator.js';
import type { PeerSession } from './peer-session.js';
import { TiePlayer } from './tie-player.js';

interface Waiting {
  readonly resolve: (sentAtMs: number) => void;
  readonly reject: (error: BridgeError) => void;
}

/**
 * Messages that act at a time, not at a position of a stream: for sound that is played elsewhere.
 *
 * They live and end with one connection: on the next one they would act late.
 */
export class CuePlayer {
  readonly #waiting = new Map<number, Waiting>();
  readonly #ties: TiePlayer;

  constructor(clock: Clock, scheduler: PaceScheduler, session: PeerSession) {
    this.#ties = new TiePlayer({
      clock,
      scheduler,
      // The positions are times of the clock.
      heardAtMs: (atMs) => atMs,
      onSent: ({ tieId }, sentAtMs) => {
        this.#waiting.get(tieId)?.resolve(sentAtMs);
        this.#waiting.delete(tieId);
      },
    });
    this.#ties.start(session);
  }

  /**
   * @param actAtMs - on the clock; past: now.
   * @returns When the socket has it, on the clock.
   * @throws {RequestError} BRIDGE_ERR_QUEUE_FULL; {BridgeError} the connection ended first.
   */
  cue(actAtMs: number, kind: EffectKind, frame: WireFrame, text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const id = this.#ties.add(Math.max(0, actAtMs), kind, { frame, text });
      // What is due is not sent before the next turn of the scheduler, so this comes first.
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** The connection is gone. */
  end(error: BridgeError): void {
    this.#ties.stop();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
