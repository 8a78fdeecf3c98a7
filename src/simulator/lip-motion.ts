import { CLOSED_MOUTH, type MouthWeights, mixMouths, mouthOfPhoneme } from './lip-table.js';

/** One motion frame: motions are keyed at 30 frames per second whatever the display does. */
export const MOTION_FRAME_MS = 1000 / 30;
/** Frames added to the last phoneme [peer-facts 5: STOP at sum + 200 ms]. */
const HOLD_FRAMES = 6;
/** Longest cross-fade from the mouth as it was [lipsync 1]. */
const FADE_FRAMES = 6;

interface Key {
  readonly frame: number;
  readonly mouth: MouthWeights;
}

/**
 * The mouth curve the peer makes of a `LIPSYNC_START` list, quantised to 30 frames per second with error carry.
 *
 * Each phoneme is at least one frame. A phoneme has its full weight at its start and 0.8 of it two frames before its end
 * (if longer than two frames); between keys the weights are linear. The last one is held 6 frames longer, then closed.
 * @source lipsync.md 1, peer-facts 5 and peer-facts-2 2.2
 */
export class LipMotion {
  readonly #keys: readonly Key[];
  readonly #from: MouthWeights;
  readonly #fadeFrames: number;

  /**
   * @param list - `name,ms,name,ms,…`; an odd last token is ignored, an unreadable or negative time is one frame.
   * @param from - the mouth when the motion starts; faded out over min(second key, 6) frames.
   */
  constructor(list: string, from: MouthWeights) {
    this.#keys = keysOf(list);
    this.#from = from;
    const second = this.#keys[1]?.frame ?? 0;
    this.#fadeFrames = second <= 1 ? 0 : Math.min(second, FADE_FRAMES);
  }

  /** Length in ms of the motion, hold included; an empty list lasts one frame. */
  get durationMs(): number {
    return (this.#keys.at(-1)?.frame ?? 1) * MOTION_FRAME_MS;
  }

  /** Weights at `elapsedMs` (>= 0) of the motion. */
  at(elapsedMs: number): MouthWeights {
    const frame = elapsedMs / MOTION_FRAME_MS;
    const mouth = this.#curveAt(frame);
    if (frame >= this.#fadeFrames) return mouth;
    return mixMouths(this.#from, mouth, frame / this.#fadeFrames);
  }

  #curveAt(frame: number): MouthWeights {
    let before: Key | undefined;
    for (const key of this.#keys) {
      if (key.frame > frame) {
        if (before === undefined) return key.mouth;
        return mixMouths(before.mouth, key.mouth, (frame - before.frame) / (key.frame - before.frame));
      }
      before = key;
    }
    return before?.mouth ?? CLOSED_MOUTH;
  }
}

function keysOf(list: string): Key[] {
  const tokens = list.split(',').filter((token) => token !== '');
  const keys: Key[] = [];
  const phonemes = Math.floor(tokens.length / 2);
  let frame = 0;
  let carry = 0;
  for (let index = 0; index < phonemes; index++) {
    const ms = Number.parseFloat(tokens[index * 2 + 1] ?? '');
    const exact = (Number.isFinite(ms) && ms > 0 ? ms : 0) * 0.03 + carry;
    let frames = Math.max(1, Math.floor(exact + 0.5));
    carry = exact - frames;
    if (index === phonemes - 1) frames += HOLD_FRAMES;
    const mouth = mouthOfPhoneme(tokens[index * 2]?.trim() ?? '');
    keys.push({ frame, mouth });
    if (frames > 2) keys.push({ frame: frame + frames - 2, mouth: mixMouths(CLOSED_MOUTH, mouth, 0.8) });
    frame += frames;
  }
  if (phonemes > 0) keys.push({ frame, mouth: CLOSED_MOUTH });
  return keys;
}
