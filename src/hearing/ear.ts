import { levelDbfs, SILENCE_DBFS, VOICE_FRAME_BYTES, VoiceLevel } from '../audio/index.js';
import { Emitter, InvalidStateError } from '../runtime/index.js';
import { DRAIN_MS, EchoGuard } from './echo-guard.js';
import { FrameTimes } from './frame-times.js';
import { HeardBands } from './heard-bands.js';
import type { Hearing, HearingMeter, PlayedSound } from './hearing.js';
import type { HearingSettings } from './hearing-settings.js';
import { HeldFrames } from './held-frames.js';
import { PauseLearner } from './pause-learner.js';
import { SoundTimes } from './sound-times.js';
import type { HearingEvents, Utterance } from './utterance.js';
import { FRAME_MS, MAX_HELD_FRAMES, UtteranceTracker } from './utterance-tracker.js';
import type { VoiceJudge } from './voice-judge.js';

const SAMPLES = VOICE_FRAME_BYTES / 2;
/** What began at most so long before a steady sound did is that sound; younger than this, it is something in front of it. */
const STEADY_SLACK_MS = 200;

/** @internal A microphone's frames through level, detector and echo guard to utterances. Allocates nothing for a frame without voice. */
export class Ear implements Hearing {
  readonly events = new Emitter<HearingEvents>();
  readonly #settings: HearingSettings;
  readonly #judge: VoiceJudge;
  readonly #guard: EchoGuard | undefined;
  readonly #times = new FrameTimes(FRAME_MS);
  /** When the avatar sounds, for half-duplex. */
  readonly #avatar = new SoundTimes();
  readonly #level = new VoiceLevel();
  readonly #bands = new HeardBands();
  readonly #tracker: UtteranceTracker;
  readonly #samples = new Int16Array(SAMPLES);
  readonly #frame = {
    bytes: new Uint8Array(VOICE_FRAME_BYTES),
    endMs: 0,
    isVoice: false,
    isVoiceLike: false,
    onsetFrames: 0,
    heldFrames: 0,
  };
  readonly #held: HeldFrames;
  readonly #view = new DataView(this.#frame.bytes.buffer);
  #loudestDbfs = SILENCE_DBFS;
  #isEcho = false;
  #isClosed = false;
  isMuted = false;

  constructor(settings: HearingSettings, judge: VoiceJudge) {
    this.#settings = settings;
    this.#judge = judge;
    this.#guard = settings.echoGuard ? new EchoGuard() : undefined;
    this.#held = new HeldFrames(
      MAX_HELD_FRAMES + Math.ceil(settings.preRollMs / FRAME_MS),
      VOICE_FRAME_BYTES,
    );
    this.#tracker = new UtteranceTracker(settings, this.events, new PauseLearner(settings.pauseMs));
  }

  get current(): Utterance | undefined {
    return this.#tracker.current;
  }

  get isTalking(): boolean {
    return this.#tracker.status === 'keyed';
  }

  set isTalking(isTalking: boolean) {
    if (this.#isClosed) return;
    if (isTalking) this.#tracker.pressKey();
    else this.#tracker.releaseKey();
  }

  hear(frame: Uint8Array, capturedAtMs: number): void {
    if (frame.byteLength !== VOICE_FRAME_BYTES)
      throw new InvalidStateError(
        `Expected a frame of ${VOICE_FRAME_BYTES} bytes (20 ms at 16 kHz), got ${frame.byteLength}`,
      );
    if (this.#isClosed) return;
    const isNext = this.#times.next(capturedAtMs);
    if (!isNext) {
      this.#held.clear();
      this.#tracker.gap(this.#times.endMs - FRAME_MS);
    }
    const isDeaf = this.#isDeaf;
    this.#read(frame, isDeaf);
    this.#listen(this.#times.endMs, isDeaf);
    if (this.#guard?.isCleared === true) this.#hearAgain();
    this.#tracker.take(this.#frame);
    this.#hold();
    this.#forgetNoise();
  }

  requirePause(pauseMs: number): void {
    this.#tracker.requirePause(pauseMs);
  }

  played({ pcm, atMs }: PlayedSound): void {
    if (this.#isClosed) return;
    this.#guard?.played(pcm, atMs);
    if (levelDbfs(pcm) > SILENCE_DBFS) this.#avatar.add(atMs, atMs + pcm.byteLength / 32);
  }

  unplayed(fromMs: number): void {
    this.#guard?.unplayed(fromMs);
    this.#avatar.stop(fromMs);
  }

  avatarSounds(fromMs: number, untilMs: number | undefined): void {
    if (this.#isClosed) return;
    this.#guard?.avatarSounds(fromMs, untilMs);
    this.#avatar.add(fromMs, untilMs ?? Number.POSITIVE_INFINITY);
  }

  meter(): HearingMeter {
    const meter = {
      levelDbfs: this.#loudestDbfs,
      floorDbfs: this.#judge.floorDbfs,
      isVoice: this.#frame.isVoice,
      isEcho: this.#isEcho,
      requiredPauseMs: this.#tracker.requiredPauseMs,
      echoDelayMs: this.#guard?.delayMs,
      echoLossDb: this.#guard?.lossDb,
    };
    this.#loudestDbfs = SILENCE_DBFS;
    return meter;
  }

  flush(): void {
    this.#tracker.flush();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tracker.flush();
    this.#judge.close();
  }

  #read(frame: Uint8Array, isDeaf: boolean): void {
    const { bytes } = this.#frame;
    if (isDeaf) bytes.fill(0);
    else bytes.set(frame);
    for (let index = 0; index < SAMPLES; index++) this.#samples[index] = this.#view.getInt16(index * 2, true);
  }

  get #isDeaf(): boolean {
    if (this.isMuted) return true;
    const { endMs } = this.#times;
    return this.#settings.halfDuplex && !this.isTalking && this.#avatar.isSounding(endMs, DRAIN_MS);
  }

  #listen(endMs: number, isDeaf: boolean): void {
    const level = this.#level;
    level.measure(this.#samples);
    this.#loudestDbfs = Math.max(this.#loudestDbfs, level.levelDbfs);
    this.#bands.measure(this.#samples);
    this.#guard?.judge(this.#bands, endMs);
    const mayBeEcho = this.#guard?.isActive === true;
    this.#judge.judge(this.#samples, this.#bands, level, !(mayBeEcho || isDeaf));
    this.#isEcho = mayBeEcho && this.#judge.isVoice && this.#guard?.isUser === false;
    this.#frame.endMs = endMs;
    this.#frame.isVoice = this.#judge.isVoice && !this.#isEcho;
    this.#frame.isVoiceLike = this.#judge.isVoiceLike;
    this.#frame.onsetFrames = mayBeEcho ? 0 : this.#judge.onsetFrames;
    this.#frame.heldFrames = this.#guard?.isEchoUnlikely === true ? this.#held.heldFrames : 0;
    if (this.#settings.vad === 'off' && !this.isTalking) this.#frame.isVoice = false;
  }

  /** Keeps what belongs to no utterance, as it were without an echo. */
  #hold(): void {
    if (this.#guard === undefined || this.#settings.vad === 'off') return;
    if (this.#tracker.current !== undefined) {
      this.#held.clear();
      return;
    }
    this.#held.push(this.#frame, this.#isEcho && this.#guard.isDoubtful);
  }

  /** No echo was there: what was held back as one is heard after all, if nobody else has spoken since. */
  #hearAgain(): void {
    if (this.#held.heldFrames === 0 || this.#tracker.current !== undefined) return;
    this.#tracker.restart();
    this.#held.release((frame) => this.#tracker.take(frame));
  }

  /** A steady sound that seemed to be a voice when it began. */
  #forgetNoise(): void {
    const steadyMs = this.#judge.steadyFrames * FRAME_MS;
    const { startedAtMs } = this.#tracker;
    if (steadyMs === 0 || startedAtMs === undefined) return;
    const ageMs = this.#times.endMs - startedAtMs;
    if (ageMs >= STEADY_SLACK_MS && ageMs <= steadyMs + STEADY_SLACK_MS) this.#tracker.forget('noise');
  }
}
