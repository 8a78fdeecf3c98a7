import { DeviceError, errorText } from '../runtime/index.js';
import type { FrameDetector } from './frame-detector.js';

/** Strict enough for a room with a fan, and no word is lost; measured on speech with noise. */
const MODE = 0;
const SAMPLE_RATE_HZ = 16_000;
const FRAME_SAMPLES = 320;

/** Makes one instance of the package's module; injected for tests. */
export type LoadFvad = () => Promise<FvadModule>;

/**
 * Opens voice activity detectors of WebRTC, all in one instance of the WASM module: an instance takes 17 MB of address space and 0.3 MB of
 * memory, a detector in it 744 bytes. By itself this detector takes any steady noise for a voice: it is asked about frames that stand out
 * of the room only. Its answer stays true 60 to 100 ms after a voice.
 */
export class WebrtcDetectors {
  readonly #load: LoadFvad;
  #shared: Promise<SharedFvad> | undefined;

  constructor(load: LoadFvad = loadFvad) {
    this.#load = load;
  }

  /** @throws {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY - the package is damaged, or there is no memory left; the next call tries again. */
  async open(): Promise<FrameDetector> {
    this.#shared ??= this.#load().then((fvad) => new SharedFvad(fvad));
    const shared = this.#shared;
    try {
      return new WebrtcDetector(await shared);
    } catch (error) {
      // Whoever waited for the same instance may have begun another one already.
      if (this.#shared === shared) this.#shared = undefined;
      throw new DeviceError(
        'BRIDGE_ERR_VOICE_ACTIVITY',
        `Expected the detector of voice activity that comes with mmdagent-bridge, got ${errorText(error)}. ` +
          'Install mmdagent-bridge again, or set conversation.hearing.vad to level.',
        { cause: error },
      );
    }
  }
}

/** Of this process. It is loaded with the first ear and stays. */
export const WEBRTC_DETECTORS = new WebrtcDetectors();

async function loadFvad(): Promise<FvadModule> {
  const { default: create } = await import('@echogarden/fvad-wasm');
  return create();
}

/** An instance of the module, and room in it for one frame: calls are synchronous, so that all detectors can use the same. */
class SharedFvad {
  readonly fvad: FvadModule;
  readonly frame: number;

  constructor(fvad: FvadModule) {
    this.fvad = fvad;
    this.frame = fvad._malloc(FRAME_SAMPLES * 2);
    if (this.frame === 0) throw new Error('no memory for a frame');
  }
}

class WebrtcDetector implements FrameDetector {
  /** It does not hear soft consonants at the beginning of a word: where the level leaves no doubt, they are not waited for. */
  readonly clearDb = 6;
  readonly takesClicks = true;
  readonly #fvad: FvadModule;
  readonly #frame: number;
  /** 0: closed. */
  #state: number;

  constructor({ fvad, frame }: SharedFvad) {
    this.#fvad = fvad;
    this.#frame = frame;
    this.#state = fvad._fvad_new();
    if (this.#state === 0) throw new Error('no memory for a detector');
    try {
      this.#configure();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  isVoice(samples: Int16Array): boolean {
    if (this.#state === 0) return false;
    // Read at each call: memory of the module moves when it grows.
    this.#fvad.HEAP16.set(samples, this.#frame >> 1);
    return this.#fvad._fvad_process(this.#state, this.#frame, FRAME_SAMPLES) === 1;
  }

  reset(): void {
    if (this.#state === 0) return;
    this.#fvad._fvad_reset(this.#state);
    this.#configure();
  }

  close(): void {
    if (this.#state === 0) return;
    this.#fvad._fvad_free(this.#state);
    this.#state = 0;
  }

  #configure(): void {
    const isTaken =
      this.#fvad._fvad_set_sample_rate(this.#state, SAMPLE_RATE_HZ) === 0 &&
      this.#fvad._fvad_set_mode(this.#state, MODE) === 0;
    if (!isTaken) throw new Error('its settings were refused');
  }
}
