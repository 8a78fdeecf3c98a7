import { assertNever } from '../../runtime/index.js';
import type { EngineRow } from '../../vendor/index.js';
import type { Synthesizer } from '../synthesizer.js';
import { AZURE_ROW, type AzureOptions } from '../tts/azure/azure-options.js';
import { AzureSynthesizer } from '../tts/azure/azure-synthesizer.js';
import { ELEVENLABS_ROW, type ElevenLabsOptions } from '../tts/elevenlabs/elevenlabs-options.js';
import { ElevenLabsSynthesizer } from '../tts/elevenlabs/elevenlabs-synthesizer.js';
import { GOOGLE_ROW, type GoogleOptions } from '../tts/google/google-options.js';
import { GoogleSynthesizer } from '../tts/google/google-synthesizer.js';
import { HTTP_ROW, type HttpOptions } from '../tts/http/http-options.js';
import { HttpSynthesizer } from '../tts/http/http-synthesizer.js';
import { OPENAI_ROW, type OpenAiOptions } from '../tts/openai/openai-options.js';
import { OpenAiSynthesizer } from '../tts/openai/openai-synthesizer.js';
import { SBV2_ROW, type Sbv2Options } from '../tts/style-bert-vits2/sbv2-options.js';
import { Sbv2Synthesizer } from '../tts/style-bert-vits2/sbv2-synthesizer.js';
import { COEIROINK_ROW, type CoeiroinkOptions } from '../tts/voicevox/coeiroink-options.js';
import { CoeiroinkSynthesizer } from '../tts/voicevox/coeiroink-synthesizer.js';
import {
  AIVISSPEECH_ROW,
  SHAREVOX_ROW,
  VOICEVOX_ROW,
  type VoicevoxOptions,
} from '../tts/voicevox/voicevox-options.js';
import { VoicevoxSynthesizer } from '../tts/voicevox/voicevox-synthesizer.js';
import type { HttpSpeechPorts } from './ports.js';

/** Every engine behind a network: its type as `engines.NAME.type` says it, to what config and help know of it. */
export const TTS_ENGINE_SCHEMAS = {
  openai: OPENAI_ROW,
  voicevox: VOICEVOX_ROW,
  aivisspeech: AIVISSPEECH_ROW,
  sharevox: SHAREVOX_ROW,
  coeiroink: COEIROINK_ROW,
  azure: AZURE_ROW,
  google: GOOGLE_ROW,
  elevenlabs: ELEVENLABS_ROW,
  'style-bert-vits2': SBV2_ROW,
  http: HTTP_ROW,
} satisfies Record<string, EngineRow>;

export type HttpEngineType = keyof typeof TTS_ENGINE_SCHEMAS;

/** Options of one engine as its schema gives them back, defaults included; `type` tells which. */
export type HttpEngineOptions =
  | OpenAiOptions
  | VoicevoxOptions
  | CoeiroinkOptions
  | AzureOptions
  | GoogleOptions
  | ElevenLabsOptions
  | Sbv2Options
  | HttpOptions;

export interface HttpEngineSpec {
  /** In the settings; for messages and metrics. */
  readonly name: string;
  readonly options: HttpEngineOptions;
}

/** Makes the engine that options of one of `TTS_ENGINE_SCHEMAS` describe. Nothing is sent before something is asked of it. */
export function createHttpSynthesizer(
  { name, options }: HttpEngineSpec,
  ports: HttpSpeechPorts,
): Synthesizer {
  switch (options.type) {
    case 'openai':
      return new OpenAiSynthesizer(name, options, ports);
    case 'voicevox':
    case 'aivisspeech':
    case 'sharevox':
      return new VoicevoxSynthesizer(name, options, ports);
    case 'coeiroink':
      return new CoeiroinkSynthesizer(name, options, ports);
    case 'azure':
      return new AzureSynthesizer(name, options, ports);
    case 'google':
      return new GoogleSynthesizer(name, options, ports);
    case 'elevenlabs':
      return new ElevenLabsSynthesizer(name, options, ports);
    case 'style-bert-vits2':
      return new Sbv2Synthesizer(name, options, ports);
    case 'http':
      return new HttpSynthesizer(name, options, ports);
    default:
      return assertNever(options);
  }
}
