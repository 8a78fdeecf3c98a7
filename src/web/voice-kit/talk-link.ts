import type { TimedPhoneme } from '../../lipsync/timed-phoneme.js';
import type { Emitter } from '../../runtime/emitter.js';

/** `refused`: it will not be tried again; the reason was told by `error`. */
export type LinkState = 'connecting' | 'online' | 'lost' | 'refused';

export type TurnOutcome = 'completed' | 'interrupted' | 'failed' | 'dropped';

export interface LinkError {
  readonly code: string;
  readonly message: string;
}

/** A stretch of a reply's sound. */
export interface LinkSound {
  readonly turn: number;
  /** Its first sample in the reply, milliseconds. */
  readonly fromMs: number;
  /** s16le mono. */
  readonly pcm: Uint8Array;
  readonly sampleRateHz: number;
}

/** What a conversation tells a page, in the order in which it is to be known; see `SessionEvents`, where it all comes from. */
export interface TalkLinkEvents {
  link: [state: LinkState];
  /** What was under way is not known any more: another conversation began, or too much was missed. `said` is what it holds. */
  renewed: [said: readonly LinkLine[]];
  voice: [isVoice: boolean];
  partial: [text: string];
  accepted: [];
  ignored: [text: string, why: string];
  turn: [turn: { readonly turn: number; readonly by: string; readonly text: string }];
  cut: [turn: number];
  resumed: [turn: number, fromMs: number];
  piece: [piece: { readonly turn: number; readonly text: string }];
  sound: [sound: LinkSound];
  lips: [turn: number, phonemes: readonly TimedPhoneme[]];
  /** All of the reply's words. */
  given: [turn: number, text: string];
  /** Words that were heard so far. */
  heard: [turn: number, text: string];
  face: [face: string, lastsMs: number];
  credit: [credit: string];
  notice: [notice: { readonly en: string; readonly ja: string }];
  /** A failure that belongs to no turn's end. */
  error: [error: LinkError];
  ended: [
    end: {
      readonly turn: number;
      readonly outcome: TurnOutcome;
      /** What was asked, in the words that are known by now. */
      readonly user: string;
      readonly heard: string;
      readonly error: LinkError | undefined;
    },
  ];
}

/** What was said before this page looked. */
export interface LinkLine {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly outcome: TurnOutcome | 'open';
}

/** A conversation as a page holds it: connected for as long as it can be, over whatever carries it. */
export interface TalkLink {
  readonly events: Emitter<TalkLinkEvents>;
  readonly state: LinkState;
  /** Ends a reply that sounds. @throws {BridgeError} why it was not taken; its code has words of the page. */
  ask(text: string): Promise<void>;
  /** s16le mono 16 kHz. What cannot be sent is dropped: live sound waits for nothing. */
  hear(pcm: Uint8Array): void;
  /** What was said so far is all of it. */
  endOfSpeech(): void;
  interrupt(): void;
  /** So much of the turn's sound is heard now, milliseconds. */
  played(turn: number, heardMs: number): void;
  tune(tuning: { readonly bargeIn?: boolean; readonly isMuted?: boolean }): void;
  /** Throws away what was said. @throws {BridgeError} */
  forget(): Promise<void>;
  close(): void;
}
