import type { Emitter } from '../runtime/index.js';
import type { HearingEvents, Utterance } from './utterance.js';

/** A sound that the loudspeaker gives. */
export interface PlayedSound {
  /** s16le mono 16 000 Hz, any length; copied. */
  readonly pcm: Uint8Array;
  /** When its first sample is heard, on the clock of `hear`. May lie ahead, up to a minute. */
  readonly atMs: number;
}

/** What a display shows of the ear. */
export interface HearingMeter {
  /** RMS of the loudest frame since the last look, dBFS, -120 … 0. */
  readonly levelDbfs: number;
  /** The room's noise as it is believed, dBFS without rumble; undefined before the first frame. */
  readonly floorDbfs: number | undefined;
  /** Whether the last frame counted as the user's voice. */
  readonly isVoice: boolean;
  /** Whether the last frame was explained by what the avatar plays. */
  readonly isEcho: boolean;
  /** The silence that would end an utterance now, milliseconds. */
  readonly requiredPauseMs: number;
  /** From when a sound is played to when the microphone has it; undefined until the guard knows it. */
  readonly echoDelayMs: number | undefined;
  /** How much softer the echo is than what was played, dB; undefined until the guard knows it. */
  readonly echoLossDb: number | undefined;
}

/** An ear: a microphone's frames to utterances. */
export interface Hearing {
  readonly events: Emitter<HearingEvents>;
  /** What is being said now, once it has begun. */
  readonly current: Utterance | undefined;
  /** Whether the key of push-to-talk is held: pressed, an utterance begins at once; released, it ends. */
  isTalking: boolean;
  /** Whether everything counts as digital silence. */
  isMuted: boolean;
  /**
   * Takes one frame; every event of it is told within the call.
   *
   * @param frame - s16le mono 16 000 Hz, VOICE_FRAME_BYTES (20 ms). Not kept, not changed.
   * @param capturedAtMs - when its last byte arrived, monotonic; lateness of single frames is smoothed out.
   * @throws {InvalidStateError} a frame of another length.
   */
  hear(frame: Uint8Array, capturedAtMs: number): void;
  /**
   * The silence that this utterance needs to end, in place of the learned one: asked for between `paused` and what follows it, and
   * forgotten when the voice goes on. At any other time nothing happens. A pause that is over already ends with the next frame.
   *
   * @param pauseMs - 0 … 10 000; beyond it counts as the nearer end.
   */
  requirePause(pauseMs: number): void;
  /** Tells what the loudspeaker plays. */
  played(sound: PlayedSound): void;
  /** What was to be played after this moment is not: the avatar was stopped. */
  unplayed(fromMs: number): void;
  /** Tells that an avatar sounds whose sound is not known; `untilMs` undefined: until told otherwise. */
  avatarSounds(fromMs: number, untilMs: number | undefined): void;
  meter(): HearingMeter;
  /** No more frames for now (the microphone was lost): what is being said ends here. */
  flush(): void;
  /** Ends what is being said and frees memory; idempotent. Frames after it are ignored. */
  close(): void;
}
