import type { ProgramHost } from '../../programs/index.js';
import type { Clock } from '../../runtime/index.js';
import type { EngineRow } from '../http/engine-options.js';
import type { Synthesizer } from '../synthesizer.js';
import { EMBEDDED_ROW, type EmbeddedOptions } from '../tts/embedded/embedded-options.js';
import { EmbeddedSynthesizer } from '../tts/embedded/embedded-synthesizer.js';

/** Every engine on this machine: its type as `engines.NAME.type` says it, to what config and help know of it. */
export const LOCAL_TTS_SCHEMAS = {
  embedded: EMBEDDED_ROW,
} satisfies Record<string, EngineRow>;

export type LocalEngineType = keyof typeof LOCAL_TTS_SCHEMAS;

/** Options of one engine as its schema gives them back, defaults included; `type` tells which. */
export type LocalEngineOptions = EmbeddedOptions;

export interface LocalEngineSpec {
  /** In the settings; for messages and metrics. */
  readonly name: string;
  readonly options: LocalEngineOptions;
}

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

/** Makes the engine that options of one of `LOCAL_TTS_SCHEMAS` describe. Nothing is started before something is asked of it. */
export function createLocalSynthesizer(
  { name, options }: LocalEngineSpec,
  ports: LocalSpeechPorts,
): LocalSynthesizer {
  return new EmbeddedSynthesizer(name, options, ports);
}
