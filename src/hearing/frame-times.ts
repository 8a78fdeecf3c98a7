/** Of what a frame comes later than expected, this part is believed: clocks drift, programs stall. */
const DRIFT = 0.02;
/** Later than this, frames are missing. */
const GAP_MS = 300;

/**
 * When each frame was really captured. Recorders give frames in bunches and a busy machine takes them late; but a frame cannot be taken
 * before it was captured, so the earliest are right and the others follow at the frame's length.
 */
export class FrameTimes {
  readonly #frameMs: number;
  #endMs: number | undefined;

  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  /** End of the last frame. */
  get endMs(): number {
    return this.#endMs ?? 0;
  }

  /** @returns Whether this frame follows the last one; false: some are missing between them, or it is the first. */
  next(capturedAtMs: number): boolean {
    if (this.#endMs === undefined) {
      this.#endMs = capturedAtMs;
      return false;
    }
    const expectedMs = this.#endMs + this.#frameMs;
    const lateMs = capturedAtMs - expectedMs;
    if (lateMs > GAP_MS) {
      this.#endMs = capturedAtMs;
      return false;
    }
    // Time never goes back, whatever the recorder says.
    this.#endMs =
      lateMs > 0 ? expectedMs + lateMs * DRIFT : Math.max(capturedAtMs, expectedMs - this.#frameMs / 2);
    return true;
  }
}
