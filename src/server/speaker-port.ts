import type { IfBusy } from '../control/index.js';
import type { BridgeError } from '../runtime/index.js';

/** A voice as the page offers it. */
export interface PageVoice {
  readonly id: string;
  readonly name: string;
  /** BCP 47; empty: any, or nobody knows. */
  readonly languages: readonly string[];
  readonly style: string | undefined;
  readonly credit: string | undefined;
}

/** An engine as the page offers it. */
export interface PageEngine {
  readonly name: string;
  readonly isReady: boolean;
  /** It speaks when nothing is chosen. */
  readonly isChosen: boolean;
  /** What to do where it is not ready. */
  readonly advice: string | undefined;
  readonly voices: readonly PageVoice[];
}

export interface SayRequest {
  /** Not empty. */
  readonly text: string;
  readonly engine: string | undefined;
  readonly voice: string | undefined;
  readonly lane: string | undefined;
  readonly ifBusy: IfBusy | undefined;
  readonly signal: AbortSignal;
}

/** What becomes of a text, as it happens. */
export interface SayListener {
  onOpened(lane: string): void;
  onStarted(heardAtMs: number): void;
  onHeard(heardMs: number): void;
  onSentence(sentence: {
    readonly text: string;
    readonly engine: string;
    readonly credit: string | undefined;
    readonly startMs: number;
  }): void;
}

export interface SayEnd {
  readonly reason: 'completed' | 'interrupted' | 'failed';
  readonly heardMs: number;
  readonly error?: BridgeError;
}

/** What speaks for the page. The app puts engines and avatars behind it. */
export interface SpeakerPort {
  /** Never rejects for one engine's sake. */
  engines(signal: AbortSignal): Promise<readonly PageEngine[]>;
  /** @throws {BridgeError} nothing was heard. */
  say(request: SayRequest, listener: SayListener): Promise<SayEnd>;
}
