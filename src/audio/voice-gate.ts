import { NoiseFloor } from './noise-floor.js';
import type { VoiceLevel } from './voice-level.js';

/**
 * What lets sound through.
 *
 * - `auto`: what stands out of the background, which is learnt and followed.
 * - `fixed`: what is louder than `thresholdDbfs` (RMS of 20 ms, after the gain: as the meter shows it).
 * - `push-to-talk`: a key; see `VoiceFeed.isTalking`.
 * - `off`: everything.
 */
export type VoiceGateRule =
  | { readonly by: 'auto' }
  | { readonly by: 'fixed'; readonly thresholdDbfs: number }
  | { readonly by: 'push-to-talk' }
  | { readonly by: 'off' };

/** What is this far above the background is speech … */
const OPEN_ABOVE_DB = 9;
/** … and goes on while it is this far. */
const STAY_ABOVE_DB = 6;
const FIXED_HYSTERESIS_DB = 3;
/** Gaps between syllables and words are shorter. */
const HOLD_FRAMES = 15;
const WINDOW_FRAMES = 300;
/** Until so much was heard, loud background is not believed: it may be somebody who speaks already. */
const LEARNING_FRAMES = 100;
const LOUDEST_FLOOR_LEARNING_DBFS = -55;
/** Nothing louder is ever background, however steady: a held note is sound. */
const LOUDEST_FLOOR_DBFS = -44;

/** Decides frame by frame whether somebody speaks. Knows nothing of gain ramps and keys. */
export class VoiceGate {
  readonly #voiceFloor = new NoiseFloor(WINDOW_FRAMES);
  readonly #hissFloor = new NoiseFloor(WINDOW_FRAMES);
  #holdFrames = 0;

  /** The background that is believed now, dBFS without rumble, before the gain; undefined before the first frame. */
  get floorDbfs(): number | undefined {
    return this.#believed(this.#voiceFloor);
  }

  /**
   * @param level - of the frame, before the gain.
   * @returns Whether the frame is to be heard.
   */
  hears(level: VoiceLevel, rule: VoiceGateRule, gainDb: number, isTalking: boolean): boolean {
    // Learnt under every rule, so that a change of rule finds a gate that knows the room.
    this.#voiceFloor.add(level.voiceDbfs);
    this.#hissFloor.add(level.hissDbfs);
    switch (rule.by) {
      case 'off':
        return true;
      case 'push-to-talk':
        return isTalking;
      case 'fixed':
        return this.#held(level.levelDbfs + gainDb - rule.thresholdDbfs, 0, -FIXED_HYSTERESIS_DB);
      case 'auto':
        return this.#held(this.#aboveFloorDb(level), OPEN_ABOVE_DB, STAY_ABOVE_DB);
    }
  }

  /** The level that opens, after the gain; undefined where no level does. */
  thresholdDbfs(rule: VoiceGateRule, gainDb: number): number | undefined {
    if (rule.by === 'fixed') return rule.thresholdDbfs;
    const { floorDbfs } = this;
    return rule.by === 'auto' && floorDbfs !== undefined ? floorDbfs + OPEN_ABOVE_DB + gainDb : undefined;
  }

  reset(): void {
    this.#voiceFloor.reset();
    this.#hissFloor.reset();
    this.#holdFrames = 0;
  }

  #held(levelDb: number, openDb: number, stayDb: number): boolean {
    const isHeld = this.#holdFrames > 0;
    if (levelDb > openDb || (isHeld && levelDb > stayDb)) this.#holdFrames = HOLD_FRAMES + 1;
    if (this.#holdFrames > 0) this.#holdFrames--;
    return isHeld || this.#holdFrames > 0;
  }

  #aboveFloorDb(level: VoiceLevel): number {
    return Math.max(
      level.voiceDbfs - (this.#believed(this.#voiceFloor) ?? 0),
      level.hissDbfs - (this.#believed(this.#hissFloor) ?? 0),
    );
  }

  #believed(floor: NoiseFloor): number | undefined {
    if (floor.floorDbfs === undefined) return undefined;
    const isLearning = floor.frameCount < LEARNING_FRAMES;
    return Math.min(floor.floorDbfs, isLearning ? LOUDEST_FLOOR_LEARNING_DBFS : LOUDEST_FLOOR_DBFS);
  }
}
