import type { TimedPhoneme } from '../lipsync/index.js';

/** What an engine shall say. The text is ready to be spoken: what normalisation does is done before. */
export interface SpeechRequest {
  /** Not empty; one sentence or a few, at most a few thousand characters. */
  readonly text: string;
  /** BCP 47, for example `ja` or `en-GB`. Left out: the voice's own. */
  readonly language?: string;
  /** The engine's own name or number of a voice, as `voices` lists them. Left out: the engine's default. */
  readonly voice?: string;
  /** 1 is as the voice speaks; 0.25 to 4, clamped to what the engine can. */
  readonly speed?: number;
  /** How to say it, in words, for engines that take that (OpenAI's `instructions`); others ignore it. */
  readonly instructions?: string;
  /** Aborts at any moment, also between two parts: connections and programs end, the iteration throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Something in the text with its place in the sound. */
export interface TimedText {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Where it stands in the request's text, UTF-16 units; left out when the engine does not say. */
  readonly from?: number;
  readonly to?: number;
}

/** A phoneme as an engine tells it. */
export interface SpokenPhoneme extends TimedPhoneme {
  /** Names it could be as well, when the engine's own does not tell (Azure's Japanese viseme 4 is `u` or `e`). */
  readonly orElse?: readonly string[];
}

/**
 * What comes out of an engine, in this order: one `start`, then sound and timings as they arrive.
 *
 * Timings count from the first sample. Each list goes on where the last of its kind ended, is final once given, and may come
 * before or after the sound it is about.
 */
export type SpeechPart =
  | {
      readonly type: 'start';
      readonly sampleRateHz: number;
      /** What must be shown where this voice is heard, for example `VOICEVOX:ずんだもん`. */
      readonly credit?: string;
    }
  /** s16le mono, whole samples, not empty; the receiver owns the bytes. */
  | { readonly type: 'sound'; readonly pcm: Uint8Array }
  /** Names are those of MMDAgent-EX's lip.txt, contiguous from 0; `isExact`: the engine's own timing, not an estimate. */
  | { readonly type: 'phonemes'; readonly phonemes: readonly SpokenPhoneme[]; readonly isExact: boolean }
  | { readonly type: 'words'; readonly words: readonly TimedText[] }
  | { readonly type: 'characters'; readonly characters: readonly TimedText[] };

export interface Voice {
  /** What `SpeechRequest.voice` takes. */
  readonly id: string;
  readonly name: string;
  /** BCP 47; empty: any, or nobody knows. */
  readonly languages: readonly string[];
  /** Manner, as the engine calls it: `ノーマル`, `cheerful`. */
  readonly style?: string;
  readonly gender?: string;
  readonly credit?: string;
  readonly isDefault?: boolean;
}

/** What an engine tells about the time of what it says; decides how the lips are driven. */
export type TellsTimings = 'phonemes' | 'words' | 'characters' | 'nothing';

/**
 * An engine that turns text into sound.
 *
 * Errors are `ProviderError`s (see runtime/errors.ts): `retryable` says whether the same request may succeed later or elsewhere.
 * An implementation never retries, caches or changes loudness by itself: what stands around all of them does. It has a watchdog
 * of its own only where the transport needs one. Many `speak` calls may run at once.
 */
export interface Synthesizer {
  /** As in the settings, for messages and metrics: `openai`, `voicevox`, or the user's own name. */
  readonly name: string;
  readonly tells: TellsTimings;
  /** Languages it can speak, BCP 47 without region; empty: any, or nobody knows. */
  readonly languages: readonly string[];
  speak(request: SpeechRequest): AsyncIterable<SpeechPart>;
  /** May be empty where the vendor has no list. */
  voices(signal?: AbortSignal): Promise<readonly Voice[]>;
  /** What identifies the sound besides the request (model, style, options): part of the cache's key. Holds no secret. */
  readonly fingerprint: string;
  /** Ends child processes and kept connections. Idempotent. */
  close(): Promise<void>;
}
