import { MOTION_FRAME_MS, motionFrames } from '../lipsync/index.js';

export interface ShownPhoneme {
  readonly phoneme: string;
  /** From the start of its part. */
  readonly startMs: number;
  readonly endMs: number;
  /** As the message says it; undefined when that is no duration. */
  readonly askedMs: number | undefined;
}

/**
 * The phonemes of a LIPSYNC_START list as MMDAgent-EX shows them: in whole frames, the last with its hold.
 *
 * @param list - `name,ms,name,ms,…`; an odd last token is ignored, a time that cannot be read is one frame.
 */
export function shownPhonemes(list: string): ShownPhoneme[] {
  const tokens = list.split(',').filter((token) => token !== '');
  const asked = Array.from({ length: Math.floor(tokens.length / 2) }, (_, index) =>
    Number.parseFloat(tokens[index * 2 + 1] ?? ''),
  );
  const { startFrames, stopFrame } = motionFrames(asked);
  return asked.map((askedMs, index) => ({
    phoneme: tokens[index * 2]?.trim() ?? '',
    startMs: (startFrames[index] ?? 0) * MOTION_FRAME_MS,
    endMs: (startFrames[index + 1] ?? stopFrame) * MOTION_FRAME_MS,
    askedMs: Number.isFinite(askedMs) && askedMs >= 0 ? askedMs : undefined,
  }));
}
