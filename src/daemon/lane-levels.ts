import { levelDbfs } from '../audio/index.js';
import { BYTES_PER_MS } from '../protocol/index.js';
import type { SessionBook } from './session-book.js';

/** A meter moves about so often. */
const STEP_MS = 40;
const STEP_BYTES = STEP_MS * BYTES_PER_MS;

/**
 * What is streamed to an avatar, as level meters show it: a level for every 40 ms of a unit and for its rest, told
 * with the unit, before they are heard.
 * Costs nothing while no client listens to `levels`.
 */
export class LaneLevels {
  readonly #lane: string;
  readonly #sessions: SessionBook;

  constructor(lane: string, sessions: SessionBook) {
    this.#lane = lane;
    this.#sessions = sessions;
  }

  /**
   * @param pcm - s16le mono 16 000 Hz.
   * @param startsInMs - until its first sample is heard.
   */
  sent(pcm: Uint8Array, startsInMs: number): void {
    if (!this.#sessions.isHeard('levels')) return;
    const levelsDbfs: number[] = [];
    for (let at = 0; at < pcm.byteLength; at += STEP_BYTES)
      levelsDbfs.push(Math.round(10 * levelDbfs(pcm.subarray(at, at + STEP_BYTES))) / 10);
    this.#sessions.tell('levels', 'laneLevel', {
      lane: this.#lane,
      startsInMs: Math.max(0, Math.round(startsInMs)),
      stepMs: STEP_MS,
      levelsDbfs,
    });
  }
}
