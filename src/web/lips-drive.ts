import type { DaemonClock } from '../client/daemon-clock.js';
import { createLipsDriver } from '../lipsync/create-lips-driver.js';
import { DEFAULT_LIP_TABLE } from '../lipsync/default-lip-table.js';
import type { LipsDriver } from '../lipsync/lips-driver.js';
import { alphabetOf, PhonemeNames } from '../lipsync/phoneme-names.js';
import type { TimedPhoneme } from '../lipsync/timed-phoneme.js';
import type { Clock } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import { RequestError } from '../runtime/errors.js';
import type { BridgeView } from './bridge-view.js';
import type { Outputs } from './outputs.js';
import { type PlayError, playErrorOf } from './play-error.js';
import type { SoundPlayer } from './sound-player.js';

/** An avatar whose lips are moved. */
export interface LipsTarget {
  readonly lane: string;
  readonly model: string;
}

export interface LipsDriveParts {
  readonly bridge: BridgeView;
  readonly clock: Clock;
  readonly player: SoundPlayer;
  readonly outputs: Outputs;
  /** Whose lips; undefined: nobody fits, or several do. */
  readonly targetNow: () => LipsTarget | undefined;
}

/** Moves an avatar's lips to what a player plays: one driver for one sound and one avatar, over the page's bridge. */
export class LipsDrive {
  readonly events = new Emitter<{ failed: [error: PlayError] }>();
  readonly #parts: LipsDriveParts;
  #phonemes: readonly TimedPhoneme[] = [];
  #driver: LipsDriver | undefined;
  #driven: LipsTarget | undefined;
  #daemonClock: DaemonClock | undefined;
  /** Raised by `stop`: a `ready` of an earlier turn makes no driver any more. */
  #turn = 0;

  constructor(parts: LipsDriveParts) {
    this.#parts = parts;
    const { bridge } = parts;
    bridge.events.on('message', ({ lane, type, args, isEcho }) => {
      if (!isEcho && lane === this.#driven?.lane) this.#driver?.received(type, args);
    });
    bridge.events.on('link', () => {
      // Another daemon may have another clock.
      this.#daemonClock = undefined;
    });
  }

  /** Mouths of the next sound. Takes effect with the next `ready`, after `stop`. */
  set phonemes(phonemes: readonly TimedPhoneme[]) {
    this.#phonemes = phonemes;
  }

  /**
   * Makes a driver for the avatar that fits now, unless there is one. A `stop` or another `ready` meanwhile ends it: there is
   * none afterwards.
   *
   * @throws {BridgeError} the bridge is away, or it is not clear whose lips to move.
   */
  async ready(): Promise<void> {
    const target = this.#parts.targetNow();
    if (target === undefined)
      throw new RequestError('BRIDGE_ERR_LANE_UNKNOWN', 'Expected one avatar, got several or none');
    const isSame = target.lane === this.#driven?.lane && target.model === this.#driven.model;
    if (this.#driver !== undefined && isSame) return;
    const stopped = this.stop();
    const turn = this.#turn;
    await stopped;
    await this.#clockNow();
    if (turn !== this.#turn) return;
    this.#driver = this.#create(target);
    this.#driven = target;
  }

  /** The player plays from this position on; after `ready`. */
  start(positionMs: number): void {
    this.#driver?.start(positionMs);
  }

  pause(): void {
    this.#driver?.pause().catch(() => {});
  }

  /** Resolves when the mouth is closed, or nothing can be told to it. Never rejects. */
  async stop(): Promise<void> {
    this.#turn++;
    const driver = this.#driver;
    this.#driver = undefined;
    await driver?.stop().catch(() => {});
  }

  #create({ lane, model }: LipsTarget): LipsDriver {
    const { clock, player, outputs, bridge } = this.#parts;
    const alphabet = alphabetOf(this.#phonemes.map(({ phoneme }) => phoneme));
    const driver = createLipsDriver({
      clock,
      model,
      names: new PhonemeNames(DEFAULT_LIP_TABLE, alphabet),
      timeline: {
        heardAtMs: (positionMs) => {
          const heardAtMs = player.heardAtMs(positionMs);
          return heardAtMs === undefined ? undefined : heardAtMs + outputs.offsetMs;
        },
      },
      send: async (message, actAtMs) => {
        const time = actAtMs === undefined ? {} : { actAtMs: (await this.#clockNow()).daemonMs(actAtMs) };
        await bridge.request('send', { message, lane, ...time });
      },
    });
    driver.events.on('failed', (error) => this.events.emit('failed', playErrorOf(error)));
    driver.append(this.#phonemes);
    driver.finish();
    return driver;
  }

  async #clockNow(): Promise<DaemonClock> {
    this.#daemonClock ??= await this.#parts.bridge.measureClock();
    return this.#daemonClock;
  }
}
