import { BANDS, LOWEST_DB } from './band-powers.js';
import { FIRST_LAG, LAGS } from './echo-delay.js';
import { AROUND_SLOTS, AUDIBLE_DB, FALL_DB, FRESH_DB } from './echo-path.js';
import type { PlayedBands } from './played-bands.js';

/** Played before the first slot that is looked at: rooms answer so late. */
const BEFORE_SLOTS = 40;
const WINDOW = LAGS + BEFORE_SLOTS + 2 * AROUND_SLOTS;
/** At first an echo may be louder than it was played by this … */
const FIRST_GAIN_DB = 10;
/** … until the microphone has less: steps towards that, and back. */
const DOWN_DB = 6;
const UP_DB = 1;
/** So many slots of playing without any echo, and no more than so many with a sound: it seems that there is none (headphones). */
const SILENT_SLOTS = 30;
const HEARD_SLOTS = 40;
/** Of noise, few bands at once are louder than the room; of an echo that matters, many. */
const SOUND_BANDS = 5;
/** Then less is needed: an echo is taken to be no louder than it was played … */
const SILENT_GAIN_DB = 0;
const SILENT_MARGIN_DB = 10;
/** … a voice is not learned as an echo of every delay … */
const SILENT_UP_DB = 0.1;
/** … and softer slots between two of a voice are that voice: two for each, up to so many. */
const HOLD_SLOTS = 12;
const HELD_SLOTS = 4;
/** An echo scatters upwards from the softest of it by this. */
const MARGIN_DB = 15;
const MAX_BAND_DB = 12;
const NEEDED_DB = 20;
const NEEDED_BANDS = 3;
/** Used within one call each, by all ears. What is played around each slot, falling as slowly as rooms do, and the softest of it … */
const LOUD_DB = new Float64Array(WINDOW * BANDS);
const SOFT_DB = new Float64Array(WINDOW * BANDS);
/** … and what is played in one band, slot by slot. */
const LEVELS_DB = new Float64Array(WINDOW);

/**
 * Tells a voice from an echo whose delay is not known yet. For each delay that an echo could have, a microphone that was softer than what
 * was played bounds how loud that echo is; what is louder than the bound of every delay is no echo. Allocates nothing after construction.
 */
export class UnlikeEcho {
  /** The most that an echo adds to what is played, of each delay and band. */
  readonly #gainDb = new Float64Array(LAGS * BANDS).fill(FIRST_GAIN_DB);
  #silentSlots = 0;
  #heardSlots = 0;
  #hold = 0;

  /** Whether the microphone has been silent for so long while something is played that an echo is unlikely. */
  get isSilent(): boolean {
    return this.#silentSlots >= SILENT_SLOTS && this.#heardSlots <= HEARD_SLOTS;
  }

  /**
   * @param heardDb - what the microphone has in the slot.
   * @param roomDb - the room's noise, and what it may be above that.
   * @returns Whether no delay explains the slot, or it belongs to a voice that none explained.
   */
  judge(heardDb: Float64Array, roomDb: Float64Array, played: PlayedBands, slot: number): boolean {
    read(played, slot - FIRST_LAG - LAGS + 1 - BEFORE_SLOTS - AROUND_SLOTS);
    let isUnlike = true;
    for (let lag = 0; isUnlike && lag < LAGS; lag++) isUnlike = !this.#explains(lag, heardDb, roomDb);
    for (let lag = 0; lag < LAGS; lag++) this.#learn(lag, heardDb, isUnlike);
    if (!isSound(heardDb, roomDb)) this.#silentSlots++;
    else if (!isUnlike) this.#heardSlots++;
    return this.#holds(isUnlike);
  }

  #holds(isUnlike: boolean): boolean {
    const isHeld = this.isSilent && this.#hold >= HELD_SLOTS;
    this.#hold = isUnlike ? Math.min(HOLD_SLOTS, this.#hold + 2) : Math.max(0, this.#hold - 1);
    return isUnlike || isHeld;
  }

  #explains(lag: number, heardDb: Float64Array, roomDb: Float64Array): boolean {
    const place = placeOf(lag);
    let excessDb = 0;
    let bandCount = 0;
    for (let band = 0; band < BANDS; band++) {
      const learnedDb = this.#gainDb[lag * BANDS + band] as number;
      const gainDb = this.isSilent
        ? Math.min(SILENT_GAIN_DB, learnedDb) + SILENT_MARGIN_DB
        : learnedDb + MARGIN_DB;
      const expectedDb = Math.max(roomDb[band] as number, (LOUD_DB[place + band] as number) + gainDb);
      const overDb = (heardDb[band] as number) - expectedDb;
      if (overDb <= 0) continue;
      bandCount++;
      excessDb += Math.min(MAX_BAND_DB, overDb);
    }
    return bandCount < NEEDED_BANDS || excessDb < NEEDED_DB;
  }

  /** @param isVoice - then a louder microphone says nothing of the echo. */
  #learn(lag: number, heardDb: Float64Array, isVoice: boolean): void {
    const place = placeOf(lag);
    const upDb = this.isSilent ? SILENT_UP_DB : UP_DB;
    for (let band = 0; band < BANDS; band++) {
      const softDb = SOFT_DB[place + band] as number;
      if (softDb <= AUDIBLE_DB || softDb < (LOUD_DB[place + band] as number) - 2 * FRESH_DB) continue;
      const at = lag * BANDS + band;
      const gainDb = this.#gainDb[at] as number;
      const seenDb = (heardDb[band] as number) - softDb;
      if (seenDb < gainDb) this.#gainDb[at] = Math.max(seenDb, gainDb - DOWN_DB);
      else if (!isVoice) this.#gainDb[at] = Math.min(seenDb, gainDb + upDb, FIRST_GAIN_DB);
    }
  }
}

function read(played: PlayedBands, first: number): void {
  for (let band = 0; band < BANDS; band++) {
    for (let at = 0; at < WINDOW; at++) LEVELS_DB[at] = played.levelDb(first + at, band);
    let loudDb = LOWEST_DB;
    for (let at = AROUND_SLOTS; at < WINDOW - AROUND_SLOTS; at++) {
      let softDb = Number.POSITIVE_INFINITY;
      loudDb = Math.max(LOWEST_DB, loudDb - FALL_DB);
      for (let around = -AROUND_SLOTS; around <= AROUND_SLOTS; around++) {
        const levelDb = LEVELS_DB[at + around] as number;
        loudDb = Math.max(loudDb, levelDb);
        softDb = Math.min(softDb, levelDb);
      }
      LOUD_DB[at * BANDS + band] = loudDb;
      SOFT_DB[at * BANDS + band] = softDb;
    }
  }
}

function isSound(heardDb: Float64Array, roomDb: Float64Array): boolean {
  let bandCount = 0;
  for (let band = 0; band < BANDS; band++)
    if ((heardDb[band] as number) > (roomDb[band] as number)) bandCount++;
  return bandCount >= SOUND_BANDS;
}

/** Where the slot is that is heard with this delay. */
function placeOf(lag: number): number {
  return (WINDOW - 1 - AROUND_SLOTS - lag) * BANDS;
}
