import type { Clock } from '../../runtime/clock.js';
import type { MicChoice, Microphone } from '../microphone.js';
import type { ReplyPlayer } from './reply-player.js';
import type { TalkLink } from './talk-link.js';

export interface VoiceLoopOptions {
  /** Longest that is listened to at a time. @default 30000 */
  readonly limitMs?: number;
  /** Of the microphone's sound on its way to the server, 20 to 500. @default 100 */
  readonly blockMs?: number;
}

export interface VoiceLoopParts {
  readonly clock: Clock;
  readonly link: TalkLink;
  readonly mic: Pick<Microphone, 'events' | 'state' | 'start' | 'stop' | 'isPaused'>;
  readonly player: ReplyPlayer;
}

export interface VoiceLoopEvents {
  /** Of `phase`, `isOpen`, `isOn` or the microphone's state. */
  changed: [];
  /** What the user said to begin this turn, as it was heard here: s16le mono 16 kHz. */
  said: [turn: number, pcm: readonly Uint8Array[]];
  /** The newest turn is over, and so is its sound. */
  finished: [turn: number];
  /** All is silent; what was heard of replies is about to be forgotten. */
  stopping: [];
}

/** The browser's echo cancellation lets the user interrupt without headphones. */
export const LOOP_MIC: MicChoice = {
  deviceId: undefined,
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: true,
};
