import { DeviceError, errorText } from '../runtime/index.js';
import type { FrameDetector } from './frame-detector.js';

/** Strict enough for a room with a fan, and no word is lost; measured on speech with noise. */
const MODE = 0;
const SAMPLE_RATE_HZ = 16_000;
const FRAME_SAMPLES = 320;

/**
 * The voice activity detector of WebRTC. By itself it takes any steady noise for a voice: it is asked about frames that stand out of the
 * room only. Its answer stays true 60 to 100 ms after a voice.
 *
 * @throws {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY - the package is damaged.
 */
export async function openWebrtcDetector(): Promise<FrameDetector> {
  try {
    const { default: create } = await import('@echogarden/fvad-wasm');
    return new WebrtcDetector(await create());
  } catch (error) {
    throw new DeviceError(
      'BRIDGE_ERR_VOICE_ACTIVITY',
      `Expected the detector of voice activity that comes with mmdagent-bridge, got ${errorText(error)}. ` +
        'Install mmdagent-bridge again, or set conversation.hearing.vad to level.',
      { cause: error },
    );
  }
}

class WebrtcDetector implements FrameDetector {
  /** It does not hear soft consonants at the beginning of a word: where the level leaves no doubt, they are not waited for. */
  readonly clearDb = 6;
  readonly takesClicks = true;
  readonly #fvad: FvadModule;
  #state: number;
  readonly #pointer: number;

  constructor(fvad: FvadModule) {
    this.#fvad = fvad;
    this.#state = fvad._fvad_new();
    this.#pointer = fvad._malloc(FRAME_SAMPLES * 2);
    this.#configure();
  }

  isVoice(samples: Int16Array): boolean {
    if (this.#state === 0) return false;
    // Read at each call: memory of the module may have moved.
    this.#fvad.HEAP16.set(samples, this.#pointer >> 1);
    return this.#fvad._fvad_process(this.#state, this.#pointer, FRAME_SAMPLES) === 1;
  }

  reset(): void {
    if (this.#state === 0) return;
    this.#fvad._fvad_reset(this.#state);
    this.#configure();
  }

  close(): void {
    if (this.#state === 0) return;
    this.#fvad._fvad_free(this.#state);
    this.#fvad._free(this.#pointer);
    this.#state = 0;
  }

  #configure(): void {
    const isTaken =
      this.#fvad._fvad_set_sample_rate(this.#state, SAMPLE_RATE_HZ) === 0 &&
      this.#fvad._fvad_set_mode(this.#state, MODE) === 0;
    if (!isTaken) throw new Error('its settings were refused');
  }
}
