import type { ProgramHost } from '../../programs/index.js';
import type { Clock } from '../../runtime/index.js';
import type { Synthesizer } from '../synthesizer.js';
import { EMBEDDED_SCHEMA, type EmbeddedOptions } from '../tts/embedded/embedded-options.js';
import { EmbeddedSynthesizer } from '../tts/embedded/embedded-synthesizer.js';

/** Options of the engines that speak on this machine, by their type. */
export const LOCAL_TTS_SCHEMAS = {
  embedded: EMBEDDED_SCHEMA,
} as const;

export type LocalTtsType = keyof typeof LOCAL_TTS_SCHEMAS;

/** An engine as the settings describe it, checked by its schema. */
export type LocalTtsSpec = {
  readonly type: 'embedded';
  readonly name: string;
  readonly options: EmbeddedOptions;
};

/** What engines on this machine take from it. */
export interface LocalSpeechPorts {
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** Pronunciation kana of Japanese text, see `EmbeddedPorts`. */
  readonly toKana: (text: string) => Promise<string>;
}

/** A synthesizer without a network in between. */
export interface LocalSynthesizer extends Synthesizer {
  /** What to do before it can speak; undefined: it can. Never rejects. */
  advice(): Promise<string | undefined>;
  /** Gets ready what takes time, so that the first sentence need not wait for it. */
  warmUp?(): Promise<void>;
}

export function createLocalSynthesizer(spec: LocalTtsSpec, ports: LocalSpeechPorts): LocalSynthesizer {
  return new EmbeddedSynthesizer(spec.name, spec.options, ports);
}
