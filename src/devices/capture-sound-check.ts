import { DeviceError } from '../runtime/index.js';

const BYTES_PER_S = 32_000;
/** The first sound of a recorder comes in one go: what it held back. */
const SETTLE_MS = 1000;
const RATE_WINDOW_MS = 5000;
/** Sound cards differ from their word by 0.1 % at most; a wrong rate by 8 % and more. */
const MAX_RATE_ERROR = 0.03;
/** One window may hold a hiccup of this machine; two that are wrong to the same side do not. */
const WINDOWS_TO_JUDGE = 2;
/** After such a gap what piled up comes at once: that says nothing of the rate. */
const RATE_GAP_MS = 500;
const SILENCE_MS = 5000;
/** A device that is silent between words sounds for a moment only; one that was switched on sounds on. */
const SOUNDS_AGAIN_MS = 5000;
/** A very quiet one gives some frames of zeros. */
const SOUND_GAP_MS = 500;

interface RateWindow {
  fromMs: number;
  bytes: number;
}

/** Finds what is wrong with sound that comes without pause: nothing but zeros, or another rate than was asked for. */
export class SoundCheck {
  readonly #onWarning: (error: DeviceError) => void;
  #window: RateWindow | undefined;
  #lastMs: number | undefined;
  #settledAtMs = 0;
  /** Windows in a row that were too fast (positive) or too slow. */
  #wrongWindows = 0;
  #isRateTold = false;
  #silentFromMs: number | undefined;
  #isSilenceTold = false;
  #soundFromMs = 0;
  #lastSoundMs = Number.NEGATIVE_INFINITY;

  /** @param onWarning - once for each thing, again only after it was over. */
  constructor(onWarning: (error: DeviceError) => void) {
    this.#onWarning = onWarning;
  }

  /** A piece of sound of this size arrived. */
  bytes(byteLength: number, atMs: number): void {
    const lastMs = this.#lastMs;
    this.#lastMs = atMs;
    if (lastMs === undefined || atMs - lastMs > RATE_GAP_MS) {
      this.#window = undefined;
      this.#settledAtMs = atMs + SETTLE_MS;
    }
    if (atMs < this.#settledAtMs) return;
    // Counting begins behind the piece that opens the window: its sound belongs to the time before.
    if (this.#window === undefined) {
      this.#window = { fromMs: atMs, bytes: 0 };
      return;
    }
    this.#window.bytes += byteLength;
    const elapsedMs = atMs - this.#window.fromMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.#judgeRate((this.#window.bytes * 1000) / elapsedMs / BYTES_PER_S);
    this.#window = { fromMs: atMs, bytes: 0 };
  }

  frame(frame: Uint8Array, atMs: number): void {
    if (!isZero(frame)) {
      this.#silentFromMs = undefined;
      this.#sounded(atMs);
      return;
    }
    this.#silentFromMs ??= atMs;
    if (this.#isSilenceTold || atMs - this.#silentFromMs < SILENCE_MS) return;
    this.#isSilenceTold = true;
    this.#onWarning(
      new DeviceError(
        'BRIDGE_ERR_DEVICE_SILENT',
        'The microphone has given nothing but digital silence for 5 s, which no open microphone does: it is muted, not plugged in, or the system withholds it (check its switch, the volume settings and the privacy settings)',
        { retryable: true },
      ),
    );
  }

  #sounded(atMs: number): void {
    if (atMs - this.#lastSoundMs > SOUND_GAP_MS) this.#soundFromMs = atMs;
    this.#lastSoundMs = atMs;
    if (atMs - this.#soundFromMs >= SOUNDS_AGAIN_MS) this.#isSilenceTold = false;
  }

  #judgeRate(ratio: number): void {
    const error = ratio - 1;
    if (Math.abs(error) <= MAX_RATE_ERROR) {
      this.#wrongWindows = 0;
      this.#isRateTold = false;
      return;
    }
    const side = Math.sign(error);
    this.#wrongWindows = Math.sign(this.#wrongWindows) === side ? this.#wrongWindows + side : side;
    if (this.#isRateTold || Math.abs(this.#wrongWindows) < WINDOWS_TO_JUDGE) return;
    this.#isRateTold = true;
    this.#onWarning(
      new DeviceError(
        'BRIDGE_ERR_DEVICE_RATE',
        `Expected 16000 samples a second from the microphone, got ${Math.round(ratio * 16_000)}: it sounds at the wrong pitch or has gaps; choose another backend (--input-backend) or another device`,
        { retryable: true },
      ),
    );
  }
}

function isZero(frame: Uint8Array): boolean {
  for (let at = 0; at < frame.byteLength; at++) if (frame[at] !== 0) return false;
  return true;
}
