import type { Reply, ReplyOptions, ReplyVoice } from './reply-voice.js';

/** A stretch of such sound: s16le mono, whole samples, 8 to 96 kHz. */
export interface GivenPart {
  readonly pcm: Uint8Array;
  readonly sampleRateHz: number;
}

/** A reply whose sound somebody else makes: a speech-to-speech model. */
export interface GivenSound {
  /** May come faster than it is heard and is then awaited. Its rate may change. */
  readonly sound: AsyncIterable<GivenPart>;
  /** What is said, as it becomes known, in step with the sound or ahead of it. */
  readonly transcript: AsyncIterable<string>;
}

/** A voice through which sound of others is heard too. */
export interface SoundReplyVoice extends ReplyVoice {
  /**
   * As `open`, for sound that is there already: one piece, 0, whose text is the transcript; `push` does nothing. What was heard is
   * exact in milliseconds and a share in text; `cancel` tells how much of the sound a model must forget.
   */
  openSound(given: GivenSound, options?: Pick<ReplyOptions, 'isHeld'>): Reply;
}

export function takesSound(voice: ReplyVoice): voice is SoundReplyVoice {
  return 'openSound' in voice;
}

/** How long it is heard. */
export function givenMs({ pcm, sampleRateHz }: GivenPart): number {
  return (pcm.byteLength * 500) / sampleRateHz;
}
