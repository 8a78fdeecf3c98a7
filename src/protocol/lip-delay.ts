const SLOPE = 0.42;
const ADVANCE_MS = 18;

/**
 * When a LIPSYNC_START shows its phoneme borders: the time from sending to the beginning on the screen, milliseconds; may be
 * negative, since the ramp towards the next mouth shape begins before its border.
 *
 * Motions have 30 key frames a second whatever is drawn, so this grows slower than the time of the answer.
 *
 * @param answerMs - from sending to LIPSYNC_EVENT_START: two display frames.
 * @source morphs recorded for each frame of the running program against the sound of a null sink, 40 borders each at 60, 30,
 *   20 and 15 frames a second: half open at -5, 3, 12 and 25 ms with answers after 31, 53, 82 and 103 ms; the line is within
 *   2 ms of these means. Single borders lie within a frame of it.
 */
export function lipBorderDelayMs(answerMs: number): number {
  return SLOPE * answerMs - ADVANCE_MS;
}
