import type { TimedPhoneme } from '../../lipsync/timed-phoneme.js';
import type { MouthWeights } from '../mouth-track.js';
import { LipCurve } from '../voice-kit/lip-curve.js';

/** The mouth of an avatar that tells nobody how its mouth stands, as what it is sent moves it: each list takes the place of the one before. */
export class LaneLips {
  #curve = new LipCurve();
  #startedAtMs = Number.NEGATIVE_INFINITY;

  /** @param phonemes - none: the mouth closes. */
  start(phonemes: readonly TimedPhoneme[], nowMs: number): void {
    this.#curve = new LipCurve();
    this.#curve.append(phonemes);
    this.#startedAtMs = nowMs;
  }

  at(nowMs: number): MouthWeights {
    return this.#curve.at(nowMs - this.#startedAtMs);
  }
}

/** The mouths that a message starts, `LIPSYNC_START|model|phoneme,ms,phoneme,ms,…`; none: it closes the mouth; undefined: it is about none. Pure. */
export function lipsIn(message: string): readonly TimedPhoneme[] | undefined {
  const [type, , list = ''] = message.split('|');
  if (type === 'LIPSYNC_STOP') return [];
  if (type !== 'LIPSYNC_START') return undefined;
  const fields = list.split(',');
  const phonemes: TimedPhoneme[] = [];
  let startMs = 0;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [phoneme = '', length = ''] = fields.slice(at, at + 2);
    const endMs = startMs + Math.max(0, Number(length) || 0);
    phonemes.push({ phoneme, startMs, endMs });
    startMs = endMs;
  }
  return phonemes;
}
