import { phonemeBytes } from './lip-part.js';
import { MIN_PHONEME_MS } from './merge-short.js';
import type { PhonemeTrack } from './phoneme-track.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/**
 * What comes next from a position on: `silence`, closed until `untilMs`; `open`, a part may begin here; `unknown`, more must
 * be appended first; `end`, closed to the end of the sound.
 */
export type Ahead =
  | { readonly kind: 'silence'; readonly untilMs: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'end' };

/** A pause after which the next part is anchored anew. */
const LONG_PAUSE_MS = 700;
/** From here on a part ends at the next short pause or closed mouth. */
const SOFT_LENGTH_MS = 6000;
/** It ends here even in the middle of an open mouth. */
const HARD_LENGTH_MS = 15_000;
/** A shorter one would be cut into pieces that are no phonemes any more, and their neighbours would swallow them. */
const SHORTEST_CUT_MS = 2 * MIN_PHONEME_MS;
/** The mouth has time to close before the next part takes over. */
const INTO_PAUSE_MS = 100;

/** What stands at a position. @param leadInMs - so long before it opens, a silence is over. */
export function lookAhead(track: PhonemeTrack, positionMs: number, leadInMs: number): Ahead {
  const index = track.indexAt(positionMs);
  const runEnd = track.closedRunEnd(index);
  if (runEnd >= track.length) return { kind: track.isFinished ? 'end' : 'unknown' };
  const opensMs = track.at(runEnd)?.startMs ?? positionMs;
  const untilMs = opensMs - leadInMs;
  return runEnd > index && untilMs > positionMs ? { kind: 'silence', untilMs } : { kind: 'open' };
}

/**
 * The phonemes of the part that begins at `fromMs`: to the next long pause, or after six seconds to the next mouth that is
 * closed for two frames, at the latest to what one message holds, to fifteen seconds, or to where phonemes are known.
 *
 * A part that ends at a pause ends inside it, so that the next one begins with a closed mouth.
 *
 * @param maxBytes - for the phonemes; see `partBytes`.
 * @returns Clipped to the part, without gaps; empty where nothing is known.
 */
export function cutPart(track: PhonemeTrack, fromMs: number, maxBytes: number): TimedPhoneme[] {
  const first = track.indexAt(fromMs);
  const part: TimedPhoneme[] = [];
  // The first phoneme may be split in two, and a closed mouth may stand on both sides.
  let bytesLeft = maxBytes - 48;
  let isOpenSeen = false;
  for (let index = first; index < track.length; index++) {
    const phoneme = track.at(index);
    if (phoneme === undefined) break;
    const startMs = Math.max(phoneme.startMs, fromMs);
    const piece = { ...phoneme, startMs };
    const cutMs = isOpenSeen ? cutInside(track, index, startMs - fromMs) : undefined;
    if (cutMs !== undefined) {
      part.push({ ...piece, endMs: cutMs });
      return part;
    }
    bytesLeft -= phonemeBytes(piece);
    if (bytesLeft < 0 && part.length > 0) return part;
    if (phoneme.endMs - fromMs >= HARD_LENGTH_MS) {
      part.push({ ...piece, endMs: Math.min(phoneme.endMs, fromMs + HARD_LENGTH_MS) });
      return part;
    }
    part.push(piece);
    isOpenSeen ||= !track.isClosedAt(index);
  }
  return part;
}

/** Where in this phoneme the part ends, if it does. */
function cutInside(track: PhonemeTrack, index: number, lengthMs: number): number | undefined {
  if (!track.isClosedAt(index)) return undefined;
  const phoneme = track.at(index);
  const runEnd = track.closedRunEnd(index);
  const runStartMs = phoneme?.startMs ?? 0;
  const runMs = (track.at(runEnd - 1)?.endMs ?? runStartMs) - runStartMs;
  // The end of the sound closes the mouth by itself.
  if (runEnd >= track.length && track.isFinished) return undefined;
  if (runMs < SHORTEST_CUT_MS) return undefined;
  if (runMs < LONG_PAUSE_MS && lengthMs < SOFT_LENGTH_MS) return undefined;
  const cutMs = runStartMs + Math.min(INTO_PAUSE_MS, runMs / 2);
  return Math.min(cutMs, phoneme?.endMs ?? cutMs);
}
