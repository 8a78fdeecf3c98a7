import type { ProgramHost } from '../../programs/index.js';
import { assertNever, type Clock } from '../../runtime/index.js';
import type { EngineRow } from '../../vendor/index.js';
import type { Synthesizer } from '../synthesizer.js';
import { EMBEDDED_ROW, type EmbeddedOptions } from '../tts/embedded/embedded-options.js';
import { EmbeddedSynthesizer } from '../tts/embedded/embedded-synthesizer.js';
import { ESPEAK_NG_ROW, type EspeakNgOptions } from '../tts/espeak-ng/espeak-ng-options.js';
import { EspeakNgSynthesizer } from '../tts/espeak-ng/espeak-ng-synthesizer.js';
import { OPEN_JTALK_ROW, type OpenJtalkOptions } from '../tts/open-jtalk/open-jtalk-options.js';
import { OpenJtalkSynthesizer } from '../tts/open-jtalk/open-jtalk-synthesizer.js';

/** Every engine on this machine: its type as `engines.NAME.type` says it, to what config and help know of it. */
export const LOCAL_TTS_SCHEMAS = {
  embedded: EMBEDDED_ROW,
  'open-jtalk': OPEN_JTALK_ROW,
  'espeak-ng': ESPEAK_NG_ROW,
} satisfies Record<string, EngineRow>;

export type LocalEngineType = keyof typeof LOCAL_TTS_SCHEMAS;

/** Options of one engine as its schema gives them back, defaults included; `type` tells which. */
export type LocalEngineOptions = EmbeddedOptions | OpenJtalkOptions | EspeakNgOptions;

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
  switch (options.type) {
    case 'embedded':
      return new EmbeddedSynthesizer(name, options, ports);
    case 'open-jtalk':
      return new OpenJtalkSynthesizer(name, options, ports);
    case 'espeak-ng':
      return new EspeakNgSynthesizer(name, options, ports);
    default:
      return assertNever(options);
  }
}
