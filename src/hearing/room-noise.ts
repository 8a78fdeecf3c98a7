import { NoiseFloor } from '../audio/index.js';
import { decibels } from './band-powers.js';
import { BAND_GROUPS, GROUPS, type HeardBands } from './heard-bands.js';
import { SteadyLevel } from './steady-level.js';

/** Six seconds. */
const WINDOW_FRAMES = 300;
/** Until so much was heard, loud background is not believed unless it is steady: somebody may be speaking already. */
const LEARNING_FRAMES = 100;
const LOUDEST_LEARNING_DB = -55;
/** A room that is quieter (or digitally silent) counts as this: breath and the rounding of samples are no speech. */
const QUIETEST_DB = -72;
/** A steady sound is believed until it falls by this. */
const GONE_DB = 6;
const GONE_FRAMES = 3;
/** Levels of bands are those of a sine's spectrum, summed over its window's bins: so much more than its RMS. */
const BANDS_ABOVE_RMS_DB = 6.8;
/** Mean of about 0.3 s. */
const MEAN = 0.06;

/** The noise in one group of bands. */
class GroupNoise {
  readonly #floor = new NoiseFloor(WINDOW_FRAMES);
  readonly #lowDb: number;
  #meanDb: number | undefined;
  #steadyDb = Number.NEGATIVE_INFINITY;
  #lowFrames = 0;
  floorDb = QUIETEST_DB;

  /** @param lowDb - how far a tenth of the levels of a steady noise lies below their mean. */
  constructor(lowDb: number) {
    this.#lowDb = lowDb;
  }

  add(levelDb: number, isSteady: boolean): void {
    this.#floor.add(levelDb);
    this.#meanDb = this.#meanDb === undefined ? levelDb : this.#meanDb + MEAN * (levelDb - this.#meanDb);
    if (isSteady) this.#steadyDb = this.#meanDb - this.#lowDb;
    this.#believe(levelDb);
  }

  /** Something else may be heard with the room: it is as loud as this at most. */
  bound(levelDb: number): void {
    if (this.#steadyDb > Number.NEGATIVE_INFINITY) this.#believe(levelDb);
  }

  #believe(levelDb: number): void {
    this.#lowFrames = levelDb < this.#steadyDb - GONE_DB ? this.#lowFrames + 1 : 0;
    if (this.#lowFrames >= GONE_FRAMES) this.#steadyDb = Number.NEGATIVE_INFINITY;
    const learned = this.#floor.floorDbfs ?? QUIETEST_DB;
    const believed =
      this.#floor.frameCount < LEARNING_FRAMES ? Math.min(learned, LOUDEST_LEARNING_DB) : learned;
    this.floorDb = Math.max(QUIETEST_DB, believed, this.#steadyDb);
  }

  reset(): void {
    this.#floor.reset();
    this.#lowFrames = 0;
    this.#meanDb = undefined;
    this.#steadyDb = Number.NEGATIVE_INFINITY;
    this.floorDb = QUIETEST_DB;
  }
}

/**
 * The noise of the room in five groups of bands: the level that a tenth of the last six seconds lay below, and at once what is steady.
 *
 * Groups, because a vowel stands out of hissing noise below 1 kHz and an s out of a fan above 3 kHz, long before either does as a whole.
 * Percentiles learn slowly: a fan that is switched on would be a voice for seconds, and the detector of WebRTC takes it for one. What
 * is steady for 0.6 to 1.2 s is therefore believed at once, and only until it stops: should it have been a long vowel after all, the
 * next consonant sets it right.
 */
export class RoomNoise {
  readonly #groups = BAND_GROUPS.map(({ lowDb }) => new GroupNoise(lowDb));
  readonly #voice = new SteadyLevel();
  readonly #hiss = new SteadyLevel();
  /** For how many frames the sound has been steady up to now; 0: it is not. */
  steadyFrames = 0;

  /** Of all groups together, dBFS as a meter shows it. */
  get floorDbfs(): number {
    let power = 0;
    for (const group of this.#groups) power += 10 ** (group.floorDb / 10);
    return decibels(power) - BANDS_ABOVE_RMS_DB;
  }

  /** @param level - of the whole frame, without rumble and leaning towards high frequencies. */
  add(bands: HeardBands, level: { readonly voiceDbfs: number; readonly hissDbfs: number }): void {
    this.#voice.add(level.voiceDbfs);
    this.#hiss.add(level.hissDbfs);
    const voiceFrames = this.#voice.steadyFrames();
    this.steadyFrames = voiceFrames === 0 ? 0 : Math.min(voiceFrames, this.#hiss.steadyFrames());
    for (let group = 0; group < GROUPS; group++)
      this.#groups[group]?.add(bands.groupDb[group] as number, this.steadyFrames > 0);
  }

  /**
   * A frame of which the room's noise is not learned.
   *
   * @param bands - given when the room is in it, with the avatar perhaps: then what seemed steady before, and was the first of a voice, is
   * found out. Who opens the microphone in the middle of a long reply, and of a word, would not be heard until the reply ends.
   */
  skip(bands: HeardBands | undefined): void {
    this.#voice.skip();
    this.#hiss.skip();
    this.steadyFrames = 0;
    if (bands === undefined) return;
    for (let group = 0; group < GROUPS; group++) this.#groups[group]?.bound(bands.groupDb[group] as number);
  }

  /** How far the group that does so most stands out of what noise can be: above 0 it is something else. */
  aboveDb(bands: HeardBands): number {
    let mostDb = Number.NEGATIVE_INFINITY;
    for (let group = 0; group < GROUPS; group++) {
      const floorDb = this.#groups[group]?.floorDb ?? QUIETEST_DB;
      const marginDb = BAND_GROUPS[group]?.marginDb ?? 0;
      mostDb = Math.max(mostDb, (bands.groupDb[group] as number) - floorDb - marginDb);
    }
    return mostDb;
  }

  reset(): void {
    for (const group of this.#groups) group.reset();
    this.#voice.reset();
    this.#hiss.reset();
    this.steadyFrames = 0;
  }
}
