import { VOICE_FRAME_BYTES } from '../audio/index.js';

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/**
 * After half a second of zeros nothing that was heard before reaches into a measurement any more: windows hold zeros alone, and what
 * filters still have is less than the last bit of any sample that may follow (the slowest falls by 2 · 10⁻⁴ in a frame).
 */
const SILENT_FRAMES = 25;

/** The last frame of a microphone. Allocates nothing after construction. */
export class MicrophoneFrame {
  readonly bytes = new Uint8Array(VOICE_FRAME_BYTES);
  /** The same as samples of s16. */
  readonly samples = IS_LITTLE_ENDIAN
    ? new Int16Array(this.bytes.buffer)
    : new Int16Array(VOICE_FRAME_BYTES / 2);
  readonly #words = new Int32Array(this.bytes.buffer);
  #zeroFrames = 0;

  /**
   * Whether this frame is digital silence, and so much of it came before that every measurement of it is that of the frame before: muted
   * clients send zeros for hours.
   */
  get isLongSilence(): boolean {
    return this.#zeroFrames > SILENT_FRAMES;
  }

  /** @param frame - VOICE_FRAME_BYTES of s16le; undefined: digital silence. Copied. */
  read(frame: Uint8Array | undefined): void {
    if (frame === undefined) this.bytes.fill(0);
    else this.bytes.set(frame);
    this.#zeroFrames = this.#isZero() ? this.#zeroFrames + 1 : 0;
    if (!IS_LITTLE_ENDIAN) this.#decode();
  }

  #isZero(): boolean {
    for (let at = 0; at < this.#words.length; at++) if (this.#words[at] !== 0) return false;
    return true;
  }

  #decode(): void {
    const view = new DataView(this.bytes.buffer);
    for (let at = 0; at < this.samples.length; at++) this.samples[at] = view.getInt16(at * 2, true);
  }
}
