import type { Clock, Timer } from '../runtime/index.js';
import type { PlaybackClock } from './playback-clock.js';
import type { PlayerProcess } from './player.js';

/** Silence behind a fade or an end, so that the player is never ended on sound. */
export const TAIL_MS = 40;
/** The clock is asked again this often while a position is waited for. */
const POLL_MS = 20;
/** A player rounds: where it stands still this near to the end is the end. */
const ROUNDING_MS = 10;

export interface PlaybackEndingOptions {
  readonly process: Pick<PlayerProcess, 'gone' | 'kill'>;
  readonly device: Pick<PlaybackClock, 'heardAtMs' | 'isMoving'>;
  readonly clock: Clock;
  /** Where the device is now, milliseconds, never beyond what was written. */
  readonly positionMs: () => number;
}

/** Ends a player when what was written has been heard, or at once. */
export class PlaybackEnding {
  readonly #options: PlaybackEndingOptions;
  #isKilled = false;

  constructor(options: PlaybackEndingOptions) {
    this.#options = options;
  }

  /** The player was told to end: it may do so with any code. */
  get isKilled(): boolean {
    return this.#isKilled;
  }

  /**
   * For a player whose input has ended: it ends by itself once it has played out, and is helped when it does not.
   *
   * @param endMs - device position of the last sample.
   * @returns Device position that was heard, at most `endMs`; the player is gone.
   */
  async playOut(endMs: number): Promise<number> {
    await this.#heard(endMs);
    await this.#goneWithin(TAIL_MS);
    await this.kill();
    return Math.min(endMs, this.#options.positionMs());
  }

  /**
   * For a player whose last sound has TAIL_MS of silence behind it, or that has not begun to play.
   *
   * @param endMs - device position at which that silence begins.
   * @returns Device position that was heard, at most `endMs`; the player is gone.
   */
  async cut(endMs: number): Promise<number> {
    if (this.#options.device.isMoving) await this.#heard(endMs);
    const heardMs = Math.min(endMs, this.#options.positionMs());
    await this.kill();
    return heardMs;
  }

  /** Ends it whatever it still holds; resolves when it is gone. */
  kill(): Promise<void> {
    this.#isKilled = true;
    return this.#options.process.kill();
  }

  /** Resolves when the device has passed a position, or the program is gone. */
  #heard(endMs: number): Promise<void> {
    const { clock, device, positionMs } = this.#options;
    return this.#goneOr((resolve) => {
      let timer: Timer | undefined;
      const check = (): void => {
        const atMs = device.heardAtMs(endMs);
        const leftMs = atMs === undefined ? POLL_MS : atMs - clock.nowMs();
        const isAtEnd = !device.isMoving && positionMs() > endMs - ROUNDING_MS;
        if (leftMs <= 0 || isAtEnd) resolve();
        else timer = clock.after(Math.min(leftMs, POLL_MS), check);
      };
      check();
      return () => timer?.cancel();
    });
  }

  #goneWithin(patienceMs: number): Promise<void> {
    return this.#goneOr((resolve) => {
      const timer = this.#options.clock.after(patienceMs, resolve);
      return () => timer.cancel();
    });
  }

  /** @param wait - begins to wait, and returns how that is given up. */
  #goneOr(wait: (resolve: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = wait(resolve);
      void this.#options.process.gone.then(() => {
        giveUp();
        resolve();
      });
    });
  }
}
