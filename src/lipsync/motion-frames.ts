/** Motions of MMDAgent-EX are keyed at 30 frames a second, whatever the display does. */
export const MOTION_FPS = 30;
export const MOTION_FRAME_MS = 1000 / MOTION_FPS;
/** The last phoneme of a LIPSYNC_START is held so much longer. */
export const HOLD_FRAMES = 6;

/** A LIPSYNC_START as MMDAgent-EX plays it, in frames from its start. */
export interface MotionFrames {
  /** Where each phoneme begins. */
  readonly startFrames: readonly number[];
  /** Where the last phoneme would end without the hold. */
  readonly endFrame: number;
  /** LIPSYNC_EVENT_STOP; the hold included. An empty list lasts one frame. */
  readonly stopFrame: number;
}

/**
 * The frames MMDAgent-EX makes of durations: rounded to whole frames, at least one each, the rest carried over to the next.
 *
 * Calculated in single precision as there, since sums that end on half a frame are frequent (every 50 ms).
 *
 * @param durationsMs - as they stand in the message; what is no positive number counts as 0.
 * @source Library_MMDAgent LipSync.cpp createMotion() at 9981469; peer-facts 5 measured
 */
export function motionFrames(durationsMs: readonly number[]): MotionFrames {
  const startFrames: number[] = [];
  let frame = 0;
  let carry = 0;
  for (const durationMs of durationsMs) {
    startFrames.push(frame);
    const ms = durationMs > 0 && durationMs < Number.POSITIVE_INFINITY ? Math.fround(durationMs) : 0;
    const exact = Math.fround(Math.fround(Math.fround(0.03) * ms) + carry);
    const frames = Math.max(1, Math.floor(exact + 0.5));
    carry = Math.fround(exact - frames);
    frame += frames;
  }
  const isEmpty = startFrames.length === 0;
  return { startFrames, endFrame: frame, stopFrame: isEmpty ? 1 : frame + HOLD_FRAMES };
}
