import type { ProgramHost } from '../programs/index.js';
import type { Clock, Emitter, Random } from '../runtime/index.js';
import type { HttpSpeechPorts } from './http/index.js';
import type { GivenPiece, PieceShare, SpeakOptions, SpokenPart } from './spoken-part.js';
import type { Synthesizer, TellsTimings, Voice } from './synthesizer.js';

/** What is to be spoken: all of it, or as it is being written. */
export type SpeechInput = string | AsyncIterable<string | GivenPiece>;

/** Everything that speaks: what `createSpeech` makes. */
export interface Speech {
  readonly events: Emitter<SpeechEvents>;
  /**
   * Speaks a text, or one that is still being written (a piece is spoken as soon as it is a sentence; a `GivenPiece` at once, as it is).
   *
   * Nothing is asked of an engine before the first part is asked for; leaving the loop ends everything under way.
   *
   * @throws {RequestError} BRIDGE_ERR_SPEECH_TEXT - nothing in it can be spoken; not of given pieces.
   * @throws {ProviderError} the last engine's, at the place of the sentence it is about; the reason of the signal.
   * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE - no such engine, or not set up.
   */
  speak(text: SpeechInput, options?: SpeakOptions): AsyncIterable<SpokenPart>;
  /** The engines there are, in the order in which `auto` would choose them, with their voices. Never rejects for one engine's sake. */
  voices(options?: {
    /** Only this engine. */
    readonly engine?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<readonly EngineVoices[]>;
  /**
   * The sentences in which a text would be spoken, and by whom, without asking any engine.
   *
   * @throws as `speak`, of text and settings.
   */
  sentences(text: SpeechInput, options?: SpeakOptions): AsyncIterable<PlannedSentence>;
  /** Gets ready what would speak, so that the first sentence need not wait for it. Never rejects. */
  prepare(options?: SpeakOptions): Promise<void>;
  /**
   * Who would speak a text without other languages in it, and with what timings: what decides how the mouth is moved.
   *
   * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE
   */
  describe(options?: SpeakOptions): Promise<SpeakerDescription>;
  /** What was used since `createSpeech`, by engine. */
  usage(): Readonly<Record<string, EngineUsage>>;
  /** Ends what is spoken, child processes and connections, and keeps what was learned. Idempotent. */
  close(): Promise<void>;
}

export interface SpeechEvents {
  /** Once for each engine and voice, when it is first to speak: which one, and why this one. */
  chosen: [choice: { readonly engine: string; readonly voice: string | undefined; readonly why: string }];
  /** Once for each: must be shown where this voice is heard. */
  credit: [credit: string];
  /** Another engine speaks, because one failed before its first sound. */
  fellBack: [fall: { readonly from: string; readonly to: string; readonly error: unknown }];
  retried: [retry: { readonly engine: string; readonly error: unknown; readonly delayMs: number }];
  /** Something works less well than it should (no cache, no usage file); one sentence. */
  warned: [text: string];
}

export interface SpeakerDescription {
  readonly engine: string;
  /** Kind of engine, as `engines.NAME.type` says it. */
  readonly type: string;
  readonly voice: string | undefined;
  readonly tells: TellsTimings;
}

export interface PlannedSentence {
  /** Ready to be spoken. */
  readonly text: string;
  /** As it was given. */
  readonly written: string;
  readonly language: string | undefined;
  readonly engine: string;
  readonly voice: string | undefined;
  /** Only of a `GivenPiece`. */
  readonly place?: PieceShare | undefined;
}

/** One engine as `voices` tells it. */
export interface EngineVoices {
  readonly name: string;
  /** Kind of engine, as `engines.NAME.type` says it. */
  readonly type: string;
  readonly isReady: boolean;
  /** What to do, when it is not ready; what went wrong, when its voices could not be had. */
  readonly advice: string | undefined;
  /** Whether it would speak now, without any option. */
  readonly isChosen: boolean;
  readonly tells: TellsTimings | undefined;
  /** BCP 47 without region; empty: any, or nobody knows. */
  readonly languages: readonly string[];
  readonly voices: readonly Voice[];
}

/** Counts of one engine. */
export interface EngineUsage {
  /** Requests that went to the engine, retries included. */
  readonly requests: number;
  /** Characters (code points) in them. */
  readonly characters: number;
  /** Sound that came back from the engine. */
  readonly soundMs: number;
  readonly cacheHits: number;
  readonly failures: number;
  readonly retries: number;
  /** Sentences that another engine took over. */
  readonly fallbacks: number;
}

/** Where a language goes. */
export interface SpeechRoute {
  /** Engine by name, or several divided by commas. Left out: as without a route. */
  readonly engine?: string | undefined;
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  readonly instructions?: string | undefined;
}

/** What the settings say about speech; `engines` and `routes` as they stand in the file, checked by `createSpeech`. */
export interface SpeechSettings {
  /** Name to `{type, …}`. A name that is a kind of engine may leave out its type. @default {} */
  readonly engines?: unknown;
  /** BCP 47 language to `SpeechRoute`. @default {} */
  readonly routes?: unknown;
  /** `auto`, or names divided by commas. @default 'auto' */
  readonly engine?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly speed?: number | undefined;
  /** A pronunciation dictionary. */
  readonly dictionaryFile?: string | undefined;
  /** Folder of the cache; undefined: nothing is kept. */
  readonly cacheFolder?: string | undefined;
  /** @default 256 MiB; 0: nothing is kept */
  readonly cacheBytes?: number | undefined;
  /** Brings every voice to this loudness; undefined: sound stays as it is. */
  readonly loudnessLufs?: number | undefined;
  /** Characters that each engine may be given per day (UTC); undefined or 0: no limit. */
  readonly capCharacters?: number | undefined;
  /** Folder that outlives the process, for usage and learned loudness; undefined: kept in memory. */
  readonly stateFolder?: string | undefined;
  /** Sentences under way at once, the one being heard included. @default 3 */
  readonly parallel?: number | undefined;
}

/** What speech needs of the machine. */
export interface SpeechPorts extends HttpSpeechPorts {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For engines that are programs. */
  readonly host: ProgramHost;
  /** Japanese text in kana as it is pronounced, for engines that read nothing else. @default createPronouncer's */
  readonly toKana?: ((text: string) => Promise<string>) | undefined;
  /** An engine of the caller's own, which speaks before all others; not closed. What it said is cached by its `fingerprint`. @default none */
  readonly synthesizer?: Synthesizer | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
}
