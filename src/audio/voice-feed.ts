import { InvalidStateError } from '../runtime/index.js';
import { SILENCE_DBFS } from './level.js';
import { dbToFactor } from './pcm.js';
import { VoiceGate, type VoiceGateRule } from './voice-gate.js';
import { VoiceLevel } from './voice-level.js';

/** 20 ms of s16le mono at 16 000 Hz. */
export const VOICE_FRAME_BYTES = 640;

export const MIN_GAIN_DB = -60;
export const MAX_GAIN_DB = 40;

export interface VoiceFeedOptions {
  /** -60 … 40 dB. @default 0 */
  readonly gainDb?: number;
  /** @default {by: 'auto'} */
  readonly gate?: VoiceGateRule;
  /** @default false */
  readonly isMuted?: boolean;
}

/** What a level meter shows; levels are those after the gain and before gate and mute. */
export interface VoiceMeter {
  /** RMS of the loudest frame since the last look, dBFS, -120 … 0 (above 0 what the gain would cut). */
  readonly levelDbfs: number;
  /** Largest sample since the last look, dBFS. */
  readonly peakDbfs: number;
  /** Background as the gate believes it, after the gain; undefined before the first frame. */
  readonly floorDbfs: number | undefined;
  /** What opens the gate; undefined where no level does. */
  readonly thresholdDbfs: number | undefined;
  /** Whether the last frame was let through. */
  readonly isOpen: boolean;
  readonly isMuted: boolean;
  readonly gainDb: number;
}

const SAMPLES = VOICE_FRAME_BYTES / 2;
/** Short enough to keep a consonant, long enough not to click. */
const ATTACK_SAMPLES = 32;
const RELEASE_SAMPLES = 160;
const MAX_SAMPLE = 32_767;

/**
 * What lies between a microphone and an avatar: gain, gate, mute, meter. Pure; runs in a browser too.
 *
 * Adds no latency: a frame in is a frame out. The gate decides on the whole frame and opens at its beginning, within 2 ms;
 * closed, it gives digital silence, so that frames keep their rhythm and the live pacer finds its pauses. With the gate
 * off and a gain of 0 dB samples pass unchanged. Allocates nothing for a frame.
 */
export class VoiceFeed {
  readonly #gate = new VoiceGate();
  readonly #level = new VoiceLevel();
  readonly #samples = new Int16Array(SAMPLES);
  readonly #out = new Uint8Array(VOICE_FRAME_BYTES);
  readonly #view = new DataView(this.#out.buffer);
  #rule: VoiceGateRule;
  #gainDb = 0;
  #gain = 1;
  /** What the last sample was multiplied by. */
  #factor = 0;
  #isOpen = false;
  #frames = 0;
  #openFrames = 0;
  #clippedSamples = 0;
  #loudestDbfs = SILENCE_DBFS;
  #peakDbfs = SILENCE_DBFS;
  /** Nothing is let through; takes effect with the next frame, ramped. */
  isMuted: boolean;
  /** Whether the key of push-to-talk is held. */
  isTalking = false;

  /** @throws {InvalidStateError} a gain or threshold that is not a number in its range. */
  constructor(options: VoiceFeedOptions = {}) {
    this.#rule = checkedRule(options.gate ?? { by: 'auto' });
    this.isMuted = options.isMuted ?? false;
    this.gainDb = options.gainDb ?? 0;
    // The very first frame begins as it is.
    if (this.#rule.by === 'off' && !this.isMuted) this.#factor = this.#gain;
  }

  /** Frames passed so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Of them, those that were let through. */
  get openFrames(): number {
    return this.#openFrames;
  }

  /** Samples let through that the gain made too loud and that were cut. */
  get clippedSamples(): number {
    return this.#clippedSamples;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get gainDb(): number {
    return this.#gainDb;
  }

  /** Takes effect with the next frame, ramped. @throws {InvalidStateError} beyond -60 … 40 dB. */
  set gainDb(db: number) {
    if (!(db >= MIN_GAIN_DB && db <= MAX_GAIN_DB))
      throw new InvalidStateError(`Expected a gain of ${MIN_GAIN_DB} to ${MAX_GAIN_DB} dB, got ${db}`);
    this.#gainDb = db;
    this.#gain = dbToFactor(db);
  }

  get gate(): VoiceGateRule {
    return this.#rule;
  }

  /** Takes effect with the next frame. @throws {InvalidStateError} a threshold that is not a number. */
  set gate(rule: VoiceGateRule) {
    this.#rule = checkedRule(rule);
  }

  /**
   * @param frame - s16le mono 16 000 Hz, exactly VOICE_FRAME_BYTES. Not kept, not changed.
   * @returns The frame to send on, in memory that the next call uses again.
   * @throws {InvalidStateError} a frame of another length.
   */
  pass(frame: Uint8Array): Uint8Array {
    this.#read(frame);
    this.#level.measure(this.#samples);
    this.#isOpen = this.#gate.hears(this.#level, this.#rule, this.#gainDb, this.isTalking) && !this.isMuted;
    this.#frames++;
    if (this.#isOpen) this.#openFrames++;
    this.#loudestDbfs = Math.max(this.#loudestDbfs, this.#level.levelDbfs + this.#gainDb);
    this.#peakDbfs = Math.max(this.#peakDbfs, this.#level.peakDbfs + this.#gainDb);
    this.#write(this.#isOpen ? this.#gain : 0);
    return this.#out;
  }

  /** For a display: what was seen since the last look. */
  meter(): VoiceMeter {
    const { floorDbfs } = this.#gate;
    const meter = {
      levelDbfs: Math.max(SILENCE_DBFS, this.#loudestDbfs),
      peakDbfs: Math.max(SILENCE_DBFS, this.#peakDbfs),
      floorDbfs: floorDbfs === undefined ? undefined : floorDbfs + this.#gainDb,
      thresholdDbfs: this.#gate.thresholdDbfs(this.#rule, this.#gainDb),
      isOpen: this.#isOpen,
      isMuted: this.isMuted,
      gainDb: this.#gainDb,
    };
    this.#loudestDbfs = SILENCE_DBFS;
    this.#peakDbfs = SILENCE_DBFS;
    return meter;
  }

  /** Another microphone: what was learnt about the background is forgotten, counts stay. */
  relearn(): void {
    this.#gate.reset();
  }

  #read(frame: Uint8Array): void {
    if (frame.byteLength !== VOICE_FRAME_BYTES) {
      throw new InvalidStateError(
        `Expected a frame of ${VOICE_FRAME_BYTES} bytes (20 ms at 16 kHz), got ${frame.byteLength}`,
      );
    }
    this.#out.set(frame);
    for (let index = 0; index < SAMPLES; index++) this.#samples[index] = this.#view.getInt16(index * 2, true);
  }

  #write(target: number): void {
    if (this.#factor === target) {
      if (target === 0) this.#out.fill(0);
      // At 1 the frame lies there already.
      else if (target !== 1) this.#scale(0, target);
      return;
    }
    const rampSamples = this.#factor === 0 ? ATTACK_SAMPLES : RELEASE_SAMPLES;
    const step = (target - this.#factor) / rampSamples;
    for (let index = 0; index < rampSamples; index++)
      this.#put(index, (this.#samples[index] ?? 0) * (this.#factor + step * (index + 1)));
    this.#factor = target;
    this.#scale(rampSamples, target);
  }

  #scale(from: number, factor: number): void {
    for (let index = from; index < SAMPLES; index++) this.#put(index, (this.#samples[index] ?? 0) * factor);
  }

  #put(index: number, value: number): void {
    const rounded = Math.round(value);
    if (rounded > MAX_SAMPLE || rounded < -MAX_SAMPLE - 1) this.#clippedSamples++;
    this.#view.setInt16(index * 2, Math.max(-MAX_SAMPLE - 1, Math.min(MAX_SAMPLE, rounded)), true);
  }
}

function checkedRule(rule: VoiceGateRule): VoiceGateRule {
  if (rule.by === 'fixed' && !Number.isFinite(rule.thresholdDbfs))
    throw new InvalidStateError(`Expected a threshold in dBFS, got ${rule.thresholdDbfs}`);
  return rule;
}
