import type { VoiceLevel } from '../audio/index.js';
import type { FrameDetector } from './frame-detector.js';
import type { HeardBands } from './heard-bands.js';
import type { MicrophoneFrame } from './microphone-frame.js';
import { RoomNoise } from './room-noise.js';
import { VoiceShape } from './voice-shape.js';

/** A voice goes on until it is this much softer than what begins one, and may have begun as soft as that … */
const STAY_DB = 3;
/** … or softer still. */
const ONSET_DB = 5;

/** What rings on after a click or a word falls below this much under the loudest just heard … */
const RINGING_DB = 20;
/** … which is forgotten at this rate: a soft sound that lasts is voice. */
const FORGET_DB = 1.5;
/** The shape of what is softer than that by this says nothing: it is what rings on. */
const SHAPED_DB = 12;

/** What is in a frame besides a voice. */
export type RoomHeard = 'room' | 'roomAndAvatar' | 'nothing';

export interface VoiceJudgeOptions {
  readonly detector: FrameDetector;
  /** RMS that counts as voice, in place of what stands out of the room. */
  readonly thresholdDbfs?: number | undefined;
}

/** Judges frame by frame whether somebody speaks: the level must, and the detector where the level leaves doubt. Allocates nothing for a frame. */
export class VoiceJudge {
  readonly #detector: FrameDetector;
  readonly #thresholdDbfs: number | undefined;
  readonly #room = new RoomNoise();
  readonly #shape: VoiceShape | undefined;
  #mayBeOnset = false;
  #peakDbfs = Number.NEGATIVE_INFINITY;
  isVoice = false;
  /** Of a frame with a voice: whether it has the shape of one, as most frames of one do and few of a keyboard; always, when the detector knows clicks. */
  isVoiceLike = true;
  /** How many frames just before this one were above the room though no voice yet. */
  onsetFrames = 0;

  constructor({ detector, thresholdDbfs }: VoiceJudgeOptions) {
    this.#detector = detector;
    this.#thresholdDbfs = thresholdDbfs;
    this.#shape = detector.takesClicks ? new VoiceShape() : undefined;
  }

  get floorDbfs(): number {
    return this.#room.floorDbfs;
  }

  /** For how many frames the sound has been steady up to now: then it is noise, whatever it seemed; 0: it is not. */
  get steadyFrames(): number {
    return this.#thresholdDbfs === undefined ? this.#room.steadyFrames : 0;
  }

  /**
   * @param frame - `bands` and `level` are its.
   * @param hears - whether the room is heard in it, and nothing that the avatar plays.
   */
  judge(frame: MicrophoneFrame, bands: HeardBands, level: VoiceLevel, hears: RoomHeard): void {
    if (hears === 'room') this.#room.add(bands, level);
    else this.#room.skip(hears === 'roomAndAvatar' ? bands : undefined);
    this.onsetFrames = !this.isVoice && this.#mayBeOnset ? this.onsetFrames + 1 : 0;
    const aboveDb = this.#aboveDb(bands, level);
    this.#mayBeOnset = aboveDb > -ONSET_DB;
    // The detector hears every frame, zeros too: it learns from them.
    const isLikely = this.#detector.isVoice(frame.samples) || aboveDb > this.#detector.clearDb;
    this.#peakDbfs = Math.max(level.voiceDbfs, this.#peakDbfs - FORGET_DB);
    const isRinging = level.voiceDbfs < this.#peakDbfs - RINGING_DB;
    if (!frame.isLongSilence) this.#shape?.measure(frame.samples);
    this.isVoice = isLikely && !isRinging && aboveDb > (this.isVoice ? -STAY_DB : 0);
    if (this.isVoice && this.#shape !== undefined)
      this.isVoiceLike = this.#hasShape(this.#shape, level.voiceDbfs);
  }

  reset(): void {
    this.#room.reset();
    this.#detector.reset();
    this.#shape?.reset();
    this.isVoice = false;
    this.onsetFrames = 0;
    this.#peakDbfs = Number.NEGATIVE_INFINITY;
    this.#mayBeOnset = false;
  }

  close(): void {
    this.#detector.close();
  }

  #hasShape(shape: VoiceShape, levelDbfs: number): boolean {
    return levelDbfs > this.#peakDbfs - SHAPED_DB && (shape.isEven || shape.isPitched);
  }

  /** How far above what begins a voice. */
  #aboveDb(bands: HeardBands, level: VoiceLevel): number {
    if (this.#thresholdDbfs !== undefined) return level.levelDbfs - this.#thresholdDbfs;
    return this.#room.aboveDb(bands);
  }
}
