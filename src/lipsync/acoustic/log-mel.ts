import { MelBands, type MelRange } from './mel-bands.js';
import { RealFft } from './real-fft.js';

export const SAMPLE_RATE_HZ = 16_000;
/** One frame of features per so many milliseconds of sound. */
export const FRAME_MS = 10;
/** Every feature of a frame of digital silence, and of what lies before and behind a sound. */
export const SILENT_FEATURE = -2;

const HOP_SAMPLES = (SAMPLE_RATE_HZ * FRAME_MS) / 1000;
const WINDOW_SAMPLES = 400;
/** The window is centred on its 10 ms: so much of it lies before them, and as much behind. */
const BEFORE_SAMPLES = (WINDOW_SAMPLES - HOP_SAMPLES) / 2;
/** How much sound after the start of its 10 ms a frame needs, milliseconds. */
export const FRAME_NEEDS_MS = ((WINDOW_SAMPLES - BEFORE_SAMPLES) * 1000) / SAMPLE_RATE_HZ;
const FFT_LENGTH = 512;
const PRE_EMPHASIS = 0.97;
/** Keeps the logarithm of silence finite. */
const POWER_FLOOR = 1e-9;
/** The level follows louder frames by this share of the difference… */
const LEVEL_RISE = 0.3;
/** …and falls by so much per frame, natural logarithm of power: 3 dB/s. */
const LEVEL_FALL = 0.0069;
const LEVEL_FLOOR = -7;
const LEVEL_AT_START = -1;
/** Bands so far under the level are silence. */
const RANGE_UNDER_LEVEL = -12;
const FEATURE_SCALE = 0.25;
const FEATURE_OFFSET = 1;

/**
 * What the network hears: logarithms of the power in mel bands, 25 ms every 10 ms, relative to the level of the loud parts so
 * far, so that gain does not matter. Causal; the same however the sound is cut.
 *
 * Frame n belongs to the 10 ms from n · 10 ms; it hears 7.5 ms before and behind them.
 *
 * @source lipsync.md 4
 */
export class LogMel {
  readonly bands: number;
  readonly #onFrame: (features: Float32Array) => void;
  readonly #mel: MelBands;
  readonly #fft = new RealFft(FFT_LENGTH);
  readonly #hann = Float64Array.from(
    { length: WINDOW_SAMPLES },
    (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW_SAMPLES),
  );
  readonly #samples = new Float64Array(WINDOW_SAMPLES);
  /** The windowed samples; zeros behind them. */
  readonly #windowed = new Float64Array(FFT_LENGTH);
  readonly #power = new Float64Array(FFT_LENGTH / 2 + 1);
  readonly #bandPower: Float64Array;
  readonly #features: Float32Array;
  #filled = BEFORE_SAMPLES;
  #lastSample = 0;
  /** Of a sample that came in two pushes. */
  #oddByte: number | undefined;
  #level = LEVEL_AT_START;
  #sampleCount = 0;
  #frameCount = 0;

  /**
   * @param onFrame - called for each frame, in order, with one feature per band, from −2 (silence) to about 2. The array is used
   * again for the next frame: copy what is to be kept.
   */
  constructor(range: MelRange, onFrame: (features: Float32Array) => void) {
    this.bands = range.bands;
    this.#onFrame = onFrame;
    this.#mel = new MelBands(range, SAMPLE_RATE_HZ / FFT_LENGTH);
    this.#bandPower = new Float64Array(range.bands);
    this.#features = new Float32Array(range.bands);
  }

  /** @param pcm - s16le mono 16 kHz, any length, also odd ones. */
  push(pcm: Uint8Array): void {
    let index = 0;
    if (this.#oddByte !== undefined && pcm.byteLength > 0) {
      this.#sample(this.#oddByte | ((pcm[0] as number) << 8));
      this.#oddByte = undefined;
      index = 1;
    }
    for (; index + 1 < pcm.byteLength; index += 2)
      this.#sample((pcm[index] as number) | ((pcm[index + 1] as number) << 8));
    if (index < pcm.byteLength) this.#oddByte = pcm[index];
  }

  /** The sound has ended: the frames of its last milliseconds, as if silence followed. One frame per 10 ms begun, in all. */
  end(): void {
    this.#oddByte = undefined;
    const frames = Math.ceil(this.#sampleCount / HOP_SAMPLES);
    while (this.#frameCount < frames) this.#sample(0);
  }

  #sample(unsigned: number): void {
    const sample = ((unsigned << 16) >> 16) / 32_768;
    this.#sampleCount++;
    this.#samples[this.#filled++] = sample - PRE_EMPHASIS * this.#lastSample;
    this.#lastSample = sample;
    if (this.#filled < WINDOW_SAMPLES) return;
    this.#frame();
    this.#samples.copyWithin(0, HOP_SAMPLES);
    this.#filled = WINDOW_SAMPLES - HOP_SAMPLES;
  }

  #frame(): void {
    const windowed = this.#windowed;
    const samples = this.#samples;
    const hann = this.#hann;
    for (let n = 0; n < WINDOW_SAMPLES; n++) windowed[n] = (samples[n] as number) * (hann[n] as number);
    this.#fft.power(windowed, this.#power);
    this.#mel.apply(this.#power, this.#bandPower);
    this.#normalise();
    this.#frameCount++;
    this.#onFrame(this.#features);
  }

  #normalise(): void {
    const bandPower = this.#bandPower;
    let sum = 0;
    for (let band = 0; band < bandPower.length; band++) sum += bandPower[band] as number;
    const energy = Math.log(sum + POWER_FLOOR);
    const level = this.#level;
    this.#level =
      energy > level ? level + LEVEL_RISE * (energy - level) : Math.max(LEVEL_FLOOR, level - LEVEL_FALL);
    for (let band = 0; band < bandPower.length; band++) {
      const underLevel = Math.log((bandPower[band] as number) + POWER_FLOOR) - this.#level;
      this.#features[band] = Math.max(underLevel, RANGE_UNDER_LEVEL) * FEATURE_SCALE + FEATURE_OFFSET;
    }
  }
}
