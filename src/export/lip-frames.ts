/** Motions are keyed at 30 frames a second whatever the display does. */
const FRAME_MS = 1000 / 30;
const FRAMES_PER_MS = 0.03;
/** Frames that the last phoneme is held longer. */
const HOLD_FRAMES = 6;

export interface ShownPhoneme {
  readonly phoneme: string;
  /** From the start of its part. */
  readonly startMs: number;
  readonly endMs: number;
  /** As the message says it; undefined when that is no duration. */
  readonly askedMs: number | undefined;
}

/**
 * The phonemes of a LIPSYNC_START list as MMDAgent-EX shows them: in whole frames, at least one each, the rounding carried over.
 *
 * @param list - `name,ms,name,ms,…`; an odd last token is ignored, a time that cannot be read is one frame.
 * @source peer-facts 5, lipsync.md 1: frames = floor(0.03 ms + carry + 0.5); the last is held 6 frames
 */
export function shownPhonemes(list: string): ShownPhoneme[] {
  const tokens = list.split(',').filter((token) => token !== '');
  const count = Math.floor(tokens.length / 2);
  const shown: ShownPhoneme[] = [];
  let frame = 0;
  let carry = 0;
  for (let index = 0; index < count; index++) {
    const parsed = Number.parseFloat(tokens[index * 2 + 1] ?? '');
    const askedMs = Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
    const exact = (askedMs ?? 0) * FRAMES_PER_MS + carry;
    const frames = Math.max(1, Math.floor(exact + 0.5));
    carry = exact - frames;
    const endFrame = frame + frames + (index === count - 1 ? HOLD_FRAMES : 0);
    const phoneme = tokens[index * 2]?.trim() ?? '';
    shown.push({ phoneme, startMs: frame * FRAME_MS, endMs: endFrame * FRAME_MS, askedMs });
    frame = endFrame;
  }
  return shown;
}
