import { BANDS, LOWEST_DB } from './band-powers.js';
import { EchoAlignment } from './echo-alignment.js';
import { AHEAD_SLOTS, EchoDelay, FIRST_BAND, GROUPS } from './echo-delay.js';
import { AROUND_SLOTS, AUDIBLE_DB, EchoPath } from './echo-path.js';
import type { HeardBands } from './heard-bands.js';
import { InStep } from './in-step.js';
import { PlayedBands, SLOT_MS, slotOf } from './played-bands.js';
import type { RoomBands } from './room-bands.js';
import { UnknownEcho } from './unknown-echo.js';
import { UnlikeEcho } from './unlike-echo.js';

/** A loudspeaker sounds on so long after it should have stopped: buffers, the room. */
export const DRAIN_MS = 300;
/** What was played longer ago than this, in slots, is no longer heard. */
const REACH_SLOTS = 60;
/** So alike to what is played in the last half second, it is the echo, however loud. */
const IN_STEP = 0.8;
/** … when that lasts for so many frames: a user's syllable may fall on one of the avatar's. */
const IN_STEP_FRAMES = 10;
/** So far above the room's noise it may be noise still. */
const NOISE_MARGIN_DB = 8;
/** One band alone counts no more than this: a click of the room is not a voice. */
const MAX_BAND_DB = 12;
/** So much must stand out, summed over the bands, mean of two slots. */
const NEEDED_DB = 14;
const NEEDED_BANDS = 2;
/** The same where only the time of the echo is known. */
const UNKNOWN_NEEDED_DB = 20;
/** Playing without any likeness in the microphone for so long: headphones, or the loudspeaker is off. */
const QUIET_SLOTS = 60;
const UNLIKE_SLOTS = 300;
/** Nothing was played for so long: no room sounds on, and only the room is heard. */
const REST_SLOTS = 200;
/** The microphone is quiet when its bands are this little above the room in the mean. */
const QUIET_DB = 3;
/** So long the microphone may be silent while something is played before that is believed: players begin late and stall. */
const LATE_SLOTS = 200;
/** In so many bands at once the room's noise is hardly ever louder than it may be. */
const SOUND_BANDS = 2;
/** Until a delay was believed for so long, what any other delay explains is an echo too. */
const YOUNG_SLOTS = 50;
/** A way that was learned with one delay for so long holds with another: the echo is as loud as before. */
const KNOWN_SLOTS = 200;
/** … by at most so much more: someone who says what the avatar has just said in its own voice is louder. */
const MAX_LOUDER_DB = 10;
/** An echo of one short sound goes together with it at least so well (0.86 and more where it is a voice at all); another voice hardly ever. */
const SURE_LIKENESS = 0.8;

/**
 * Tells the user's voice from what the loudspeaker plays.
 *
 * From what was played and when, it learns the delay and the loss of the way to the microphone, band by band, and counts as the user's
 * only what is louder than the echo can be. It compares levels, not waveforms: a player's times jitter by milliseconds, clocks drift,
 * loudspeakers clip; levels of 10 ms bear all that. Until a way is known, everything during playing counts as echo; when playing is
 * never heard (headphones), nothing does. Before anything was played an ear has no guard, only the room's bands: most ears of a server
 * hear and say nothing for hours.
 */
export class EchoGuard {
  readonly #played = new PlayedBands();
  readonly #room: RoomBands;
  readonly #delay: EchoDelay;
  readonly #alignment: EchoAlignment;
  readonly #path = new EchoPath();
  readonly #unknown = new UnknownEcho();
  readonly #unlike = new UnlikeEcho();
  readonly #inStep = new InStep();
  readonly #playedDb = new Float64Array(BANDS);
  /** Of each band, the loudest that the room may be. */
  readonly #roomDb = new Float64Array(BANDS);
  readonly #heardGroups = new Float64Array(GROUPS);
  readonly #playedGroups = new Float64Array(GROUPS);
  /** The delay that the path was learned for. */
  #lag: number | undefined;
  /** For so many slots of playing it has been the same. */
  #lagSlots = 0;
  #nowMs: number;
  #lastPlayedSlot = Number.NEGATIVE_INFINITY;
  /** How far the microphone is above the room while something is played, mean, dB. */
  #heardDb = 0;
  /** No echo explains the last slot, whatever its delay. */
  #isUnlike = false;
  /** For how many frames what seems to be the user has gone in step with what is played. */
  #inStepFrames = 0;
  /** For how many slots of playing the microphone has had nothing above the room. */
  #silentSlots = 0;
  /** Whether the loudspeaker may be heard in the last frame. */
  isActive = false;
  /** Whether the last frame has more than the loudspeaker explains. */
  isUser = false;
  /** Whether the last frame counts as an echo only because nothing is known of it yet. */
  isDoubtful = false;
  /** Whether in the last frame the time for an echo ran out and none was heard: what was doubtful before was none. */
  isCleared = false;
  /** @internal For measurements. */
  excessDb = 0;
  #wasPlaying = false;

  /**
   * @param room - from now on told by the guard.
   * @param nowMs - end of the last frame that the room was told of; 0: there was none.
   */
  constructor(room: RoomBands, nowMs: number) {
    this.#room = room;
    this.#nowMs = nowMs;
    this.#delay = new EchoDelay(room.means);
    this.#alignment = new EchoAlignment(room.slots);
  }

  get delayMs(): number | undefined {
    const { lag } = this.#delay;
    return lag === undefined ? undefined : lag * SLOT_MS;
  }

  get lossDb(): number | undefined {
    const { gainDb } = this.#path;
    return gainDb === undefined ? undefined : -gainDb;
  }

  played(pcm: Uint8Array, atMs: number): void {
    this.#played.add(pcm, atMs, Math.max(this.#nowMs, 0) || atMs);
  }

  unplayed(fromMs: number): void {
    // Its buffers may sound on.
    this.#played.clearFrom(fromMs + DRAIN_MS);
    this.#unknown.stop(fromMs);
  }

  avatarSounds(fromMs: number, untilMs: number | undefined): void {
    this.#unknown.sounds(fromMs, untilMs);
  }

  /** @param endMs - when the frame ends. */
  judge(bands: HeardBands, endMs: number): void {
    this.#nowMs = endMs;
    const slot = slotOf(endMs);
    const isUnknown = this.#unknown.isSounding(endMs, DRAIN_MS);
    this.#played.forget(slot);
    for (let band = 0; band < BANDS; band++) this.#roomDb[band] = this.#room.noiseDb(band) + NOISE_MARGIN_DB;
    if (slot - this.#played.lastSlot > REST_SLOTS && !isUnknown) this.#rest(bands);
    else this.#compare(bands, slot, isUnknown);
  }

  /** Between replies, which may be hours: no more than what the next one has to know of the time before it. */
  #rest(bands: HeardBands): void {
    this.isActive = this.isUser = this.isDoubtful = this.isCleared = false;
    this.#isUnlike = this.#wasPlaying = false;
    this.#silentSlots = this.#inStepFrames = this.excessDb = 0;
    this.#inStep.reset();
    this.#playedGroups.fill(0);
    for (let half = 0; half < 2; half++) {
      const heardDb = bands.halvesDb[half] as Float64Array;
      this.#hearGroups(heardDb);
      this.#delay.add(this.#heardGroups, this.#playedGroups, false);
      this.#alignment.add(heardDb, this.#roomDb);
      this.#room.learn(heardDb);
    }
  }

  #compare(bands: HeardBands, slot: number, isUnknown: boolean): void {
    this.isActive = false;
    let excessDb = 0;
    let bandCount = 0;
    for (let half = 0; half < 2; half++) {
      const heardDb = bands.halvesDb[half] as Float64Array;
      this.#follow(heardDb, slot - 1 + half);
      this.#alignment.add(heardDb, this.#roomDb);
      if (isUnknown) this.#unknown.expect();
      for (let band = 0; band < BANDS; band++) {
        const over = this.#overDb(heardDb, band, isUnknown);
        if (over <= 0) continue;
        bandCount += 0.5;
        excessDb += Math.min(MAX_BAND_DB, over) / 2;
      }
    }
    this.excessDb = excessDb;
    this.isActive ||= isUnknown;
    this.isUser =
      excessDb >= (isUnknown ? UNKNOWN_NEEDED_DB : NEEDED_DB) &&
      bandCount >= NEEDED_BANDS &&
      this.#isLearned(slot, isUnknown) &&
      !this.#hasMoved(slot);
    this.#doubt(slot, isUnknown);
    this.#learn(bands, isUnknown);
  }

  #follow(heardDb: Float64Array, slot: number): void {
    this.#hearGroups(heardDb);
    this.#playGroups(slot + AHEAD_SLOTS);
    const isPlaying = this.#isPlayingAt(slot);
    this.#delay.add(this.#heardGroups, this.#playedGroups, isPlaying);
    if (isPlaying) this.#heardDb += 0.01 * (mean(this.#heardGroups) - this.#heardDb);
    const { lag } = this.#delay;
    const isOther = lag !== undefined && Math.abs(lag - (this.#lag ?? lag)) > AROUND_SLOTS;
    if (isOther) this.#path.reset();
    if (isPlaying && lag !== undefined) this.#lagSlots = isOther && this.#isYoung ? 0 : this.#lagSlots + 1;
    this.#lag = lag;
    this.#isUnlike =
      isPlaying &&
      this.#isYoung &&
      !this.#isNeverHeard &&
      this.#unlike.judge(heardDb, this.#roomDb, this.#played, slot);
    if (lag === undefined) {
      this.isActive ||= isPlaying && !this.#isNeverHeard;
      return;
    }
    for (let band = 0; band < BANDS; band++) this.#playedDb[band] = this.#loudestAround(slot - lag, band);
    this.#path.expect(this.#playedDb);
    for (let band = 0; band < BANDS; band++)
      if ((this.#path.expectedDb[band] as number) > this.#room.noiseDb(band)) this.isActive = true;
  }

  /** Something that was played may still be heard. */
  #isPlayingAt(slot: number): boolean {
    return slot - this.#lastPlayedSlot <= REACH_SLOTS;
  }

  /** Whether what seems to be the user is the echo with another delay. */
  #hasMoved(slot: number): boolean {
    const { lag } = this.#delay;
    if (lag === undefined || !this.isActive) return false;
    const found = this.#alignment.find(this.#played, slot);
    if (found === undefined || Math.abs(found - lag) <= AROUND_SLOTS) return false;
    const isKnown = this.#lagSlots >= KNOWN_SLOTS;
    const gainsDb = this.#alignment.gainsDb(found, this.#roomDb);
    if (isKnown && this.#path.louderDb(gainsDb) > MAX_LOUDER_DB) return false;
    if (!isKnown) this.#path.reset();
    if (this.#isYoung) this.#lagSlots = 0;
    this.#delay.restart(found);
    this.#lag = found;
    return true;
  }

  #doubt(slot: number, isUnknown: boolean): void {
    const isPlaying = this.#isPlayingAt(slot);
    this.isDoubtful = isPlaying && !isUnknown && this.#isYoung && !this.isUser;
    this.isCleared = this.#wasPlaying && !isPlaying && !isUnknown && this.#isYoung && !this.#isLike;
    this.#wasPlaying = isPlaying;
  }

  /** Short sounds are somewhat alike by chance, and the first delay may be believed for that. */
  get #isLike(): boolean {
    return this.#delay.likeness >= SURE_LIKENESS;
  }

  /** Whether a user who is heard while the delay is not known speaks into silence: nothing before was an echo. */
  get isEchoUnlikely(): boolean {
    return this.isUser && this.#isUnlike && this.#unlike.isSilent;
  }

  /** Levels of groups of bands above the room. */
  #hearGroups(heardDb: Float64Array): void {
    for (let group = 0; group < GROUPS; group++)
      this.#heardGroups[group] = this.#room.aboveDb(heardDb, group);
  }

  /** Levels of groups of bands as they are played in the slot. */
  #playGroups(slot: number): void {
    let loudestDb = LOWEST_DB;
    for (let group = 0; group < GROUPS; group++) {
      let played = 0;
      const first = FIRST_BAND[group] as number;
      const end = FIRST_BAND[group + 1] as number;
      for (let band = first; band < end; band++) {
        const playedDb = this.#played.levelDb(slot, band);
        loudestDb = Math.max(loudestDb, playedDb);
        played += Math.max(0, playedDb - AUDIBLE_DB);
      }
      this.#playedGroups[group] = played / (end - first);
    }
    if (loudestDb > AUDIBLE_DB) this.#lastPlayedSlot = slot;
  }

  #loudestAround(slot: number, band: number): number {
    let loudest = LOWEST_DB;
    for (let around = -AROUND_SLOTS; around <= AROUND_SLOTS; around++)
      loudest = Math.max(loudest, this.#played.levelDb(slot + around, band));
    return loudest;
  }

  #overDb(heardDb: Float64Array, band: number, isUnknown: boolean): number {
    let expectedDb = this.#roomDb[band] as number;
    // A delay that is found while somebody speaks and no echo was ever heard is one of that voice.
    if (this.#delay.lag !== undefined && !(this.#isUnlike && this.#unlike.isSilent))
      expectedDb = Math.max(expectedDb, this.#path.expectedDb[band] as number);
    if (isUnknown) expectedDb = Math.max(expectedDb, this.#unknown.expectedDb[band] as number);
    return (heardDb[band] as number) - expectedDb;
  }

  get #isNeverHeard(): boolean {
    const { evidence, lag } = this.#delay;
    return (
      lag === undefined && (evidence >= UNLIKE_SLOTS || (evidence >= QUIET_SLOTS && this.#heardDb < QUIET_DB))
    );
  }

  /** Silence says nothing of the way: what was to be heard now comes later, unless it lasts. */
  #isThere(heardDb: Float64Array): boolean {
    if (!this.isActive) this.#silentSlots = 0;
    let bandCount = 0;
    for (let band = 0; band < BANDS; band++)
      if ((heardDb[band] as number) > (this.#roomDb[band] as number)) bandCount++;
    if (bandCount >= SOUND_BANDS) {
      this.#silentSlots = 0;
      return true;
    }
    this.#silentSlots += 2;
    return this.#silentSlots > LATE_SLOTS;
  }

  #isLearned(slot: number, isUnknown: boolean): boolean {
    if (isUnknown && !this.#unknown.isLearned) return false;
    const isPlaying = this.#isPlayingAt(slot);
    return !isPlaying || !this.#isYoung || this.#isNeverHeard || this.#isUnlike;
  }

  /** The first delay that is believed is wrong at times. */
  get #isYoung(): boolean {
    return this.#lagSlots < YOUNG_SLOTS;
  }

  #learn(bands: HeardBands, isUnknown: boolean): void {
    for (let half = 0; half < 2; half++) {
      const heardDb = bands.halvesDb[half] as Float64Array;
      if (this.#delay.lag !== undefined && half === 1) this.#learnPath(heardDb);
      if (isUnknown) this.#unknown.learn(heardDb, this.isUser);
      if (!this.isActive) this.#room.learn(heardDb);
    }
  }

  #learnPath(heardDb: Float64Array): void {
    this.#inStep.add(heardDb, this.#playedDb, this.#roomDb, AUDIBLE_DB);
    if (!this.#isThere(heardDb)) return;
    const mayBeLouder = this.isUser && this.#inStep.likeness > IN_STEP;
    this.#inStepFrames = mayBeLouder ? this.#inStepFrames + 1 : 0;
    const isInStep = this.#inStepFrames >= IN_STEP_FRAMES;
    this.#path.learn(heardDb, this.isUser ? (isInStep ? 'louderEcho' : 'user') : 'echo');
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
