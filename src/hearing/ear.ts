import { levelDbfs, SILENCE_DBFS, VOICE_FRAME_BYTES, VoiceLevel } from '../audio/index.js';
import { Emitter, InvalidStateError } from '../runtime/index.js';
import { DRAIN_MS, EchoGuard } from './echo-guard.js';
import { FrameTimes } from './frame-times.js';
import { HeardBands } from './heard-bands.js';
import type { Hearing, HearingMeter, PlayedSound } from './hearing.js';
import type { HearingSettings } from './hearing-settings.js';
import { HeldFrames } from './held-frames.js';
import { MicrophoneFrame } from './microphone-frame.js';
import { PauseLearner } from './pause-learner.js';
import { RoomBands } from './room-bands.js';
import { SoundTimes } from './sound-times.js';
import type { HearingEvents, Utterance } from './utterance.js';
import { FRAME_MS, UtteranceTracker } from './utterance-tracker.js';
import type { VoiceJudge } from './voice-judge.js';

/** What began at most so long before a steady sound did is that sound; younger than this, it is something in front of it. */
const STEADY_SLACK_MS = 200;
/** Longer than anything stays held back after the last sound that was played: its echo may come for 0.6 s, and two seconds are kept. */
const HOLD_MS = 4000;

/** @internal A microphone's frames through level, detector and echo guard to utterances. Allocates nothing for a frame without voice. */
export class Ear implements Hearing {
  readonly events = new Emitter<HearingEvents>();
  readonly #settings: HearingSettings;
  readonly #judge: VoiceJudge;
  /** For the guard; undefined: none is wanted. */
  readonly #room: RoomBands | undefined;
  /** From when something was first played, or may have been. */
  #guard: EchoGuard | undefined;
  readonly #times = new FrameTimes(FRAME_MS);
  /** When the avatar sounds, for half-duplex. */
  readonly #avatar = new SoundTimes();
  readonly #level = new VoiceLevel();
  readonly #bands = new HeardBands();
  readonly #tracker: UtteranceTracker;
  readonly #microphone = new MicrophoneFrame();
  readonly #frame = {
    bytes: this.#microphone.bytes,
    endMs: 0,
    isVoice: false,
    isVoiceLike: false,
    onsetFrames: 0,
    heldFrames: 0,
  };
  readonly #held: HeldFrames | undefined;
  /** Until then voice may be held back as a possible echo. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #loudestDbfs = SILENCE_DBFS;
  #isEcho = false;
  #isClosed = false;
  isMuted = false;

  constructor(settings: HearingSettings, judge: VoiceJudge) {
    this.#settings = settings;
    this.#judge = judge;
    this.#room = settings.echoGuard ? new RoomBands() : undefined;
    this.#tracker = new UtteranceTracker(settings, this.events, new PauseLearner(settings.pauseMs));
    const mayHoldBack = settings.echoGuard && settings.vad !== 'off';
    this.#held = mayHoldBack ? new HeldFrames(this.#tracker.heldBackFrames) : undefined;
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
      this.#held?.clear();
      this.#tracker.gap(this.#times.endMs - FRAME_MS);
    }
    const isDeaf = this.#isDeaf;
    this.#microphone.read(isDeaf ? undefined : frame);
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
    this.#openGuard()?.played(pcm, atMs);
    if (levelDbfs(pcm) <= SILENCE_DBFS) return;
    const untilMs = atMs + pcm.byteLength / 32;
    this.#avatar.add(atMs, untilMs);
    if (this.#held === undefined) return;
    this.#tracker.mayHoldBack = true;
    this.#heldUntilMs = Math.max(this.#heldUntilMs, untilMs + HOLD_MS);
  }

  unplayed(fromMs: number): void {
    this.#guard?.unplayed(fromMs);
    this.#avatar.stop(fromMs);
  }

  avatarSounds(fromMs: number, untilMs: number | undefined): void {
    if (this.#isClosed) return;
    this.#openGuard()?.avatarSounds(fromMs, untilMs);
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

  #openGuard(): EchoGuard | undefined {
    if (this.#room !== undefined) this.#guard ??= new EchoGuard(this.#room, this.#times.endMs);
    return this.#guard;
  }

  get #isDeaf(): boolean {
    if (this.isMuted) return true;
    const { endMs } = this.#times;
    return this.#settings.halfDuplex && !this.isTalking && this.#avatar.isSounding(endMs, DRAIN_MS);
  }

  #listen(endMs: number, isDeaf: boolean): void {
    const level = this.#level;
    const microphone = this.#microphone;
    if (!microphone.isLongSilence) {
      level.measure(microphone.samples);
      this.#bands.measure(microphone.samples);
    }
    this.#loudestDbfs = Math.max(this.#loudestDbfs, level.levelDbfs);
    if (this.#guard === undefined) this.#room?.hear(this.#bands);
    else this.#guard.judge(this.#bands, endMs);
    const mayBeEcho = this.#guard?.isActive === true;
    const hears = isDeaf ? 'nothing' : mayBeEcho ? 'roomAndAvatar' : 'room';
    this.#judge.judge(microphone, this.#bands, level, hears);
    this.#isEcho = mayBeEcho && this.#judge.isVoice && this.#guard?.isUser === false;
    this.#frame.endMs = endMs;
    this.#frame.isVoice = this.#judge.isVoice && !this.#isEcho;
    this.#frame.isVoiceLike = this.#judge.isVoiceLike;
    this.#frame.onsetFrames = mayBeEcho ? 0 : this.#judge.onsetFrames;
    this.#frame.heldFrames = this.#guard?.isEchoUnlikely === true ? (this.#held?.heldFrames ?? 0) : 0;
    if (this.#settings.vad === 'off' && !this.isTalking) this.#frame.isVoice = false;
  }

  /** Keeps what belongs to no utterance, as it were without an echo. */
  #hold(): void {
    const held = this.#held;
    if (held === undefined) return;
    if (this.#tracker.current === undefined)
      held.push(this.#frame, this.#isEcho && this.#guard?.isDoubtful === true);
    else held.clear();
    if (this.#times.endMs > this.#heldUntilMs && held.heldFrames === 0) this.#tracker.mayHoldBack = false;
  }

  /** No echo was there: what was held back as one is heard after all, if nobody else has spoken since. */
  #hearAgain(): void {
    const held = this.#held;
    const tracker = this.#tracker;
    if (held === undefined || held.heldFrames === 0 || tracker.current !== undefined) return;
    tracker.restart();
    held.release(
      (frame) => tracker.take(frame),
      (count) => tracker.soundAgo(count),
    );
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
