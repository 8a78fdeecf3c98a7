import { assertNever, ConfigError } from '../../runtime/index.js';
import type { EngineRow } from '../../vendor/index.js';
import type { HttpSpeechPorts } from '../http/ports.js';
import type { Recognizer } from '../recognizer.js';
import { AZURE_HEARING_ROW, type AzureHearingOptions } from './azure/azure-hearing-options.js';
import { AzureRecognizer } from './azure/azure-recognizer.js';
import { GOOGLE_HEARING_ROW, type GoogleHearingOptions } from './google/google-hearing-options.js';
import { GoogleRecognizer } from './google/google-recognizer.js';
import type { HeardEngine } from './heard-part.js';
import { HonestRecognizer } from './honest-recognizer.js';
import { HTTP_HEARING_ROW, type HttpHearingOptions } from './http/http-hearing-options.js';
import { HttpRecognizer } from './http/http-recognizer.js';
import type { AvatarEar } from './mmdagent/avatar-ear.js';
import { MMDAGENT_HEARING_ROW, type MmdagentHearingOptions } from './mmdagent/mmdagent-hearing-options.js';
import { MmdagentRecognizer } from './mmdagent/mmdagent-recognizer.js';
import { OPENAI_HEARING_ROW, type OpenAiHearingOptions } from './openai/openai-hearing-options.js';
import { OpenAiRecognizer } from './openai/openai-recognizer.js';

/** Every engine that hears: its type, to what config and help know of it. In the order in which `auto` looks. */
export const STT_ENGINE_SCHEMAS = {
  openai: OPENAI_HEARING_ROW,
  azure: AZURE_HEARING_ROW,
  google: GOOGLE_HEARING_ROW,
  http: HTTP_HEARING_ROW,
  mmdagent: MMDAGENT_HEARING_ROW,
} satisfies Record<string, EngineRow>;

export type RecognizerType = keyof typeof STT_ENGINE_SCHEMAS;

/** Options of one engine as its schema gives them back, defaults included; `type` tells which. */
export type RecognizerOptions =
  | OpenAiHearingOptions
  | AzureHearingOptions
  | GoogleHearingOptions
  | HttpHearingOptions
  | MmdagentHearingOptions;

export interface RecognizerSpec {
  /** In the settings; for messages and metrics. */
  readonly name: string;
  readonly options: RecognizerOptions;
}

export interface RecognizerPorts extends HttpSpeechPorts {
  /** For `mmdagent`. */
  readonly ear?: AvatarEar | undefined;
}

/**
 * Makes the engine that options of one of `STT_ENGINE_SCHEMAS` describe. Nothing is sent before something is asked of it; what it
 * invents on silence is taken out.
 *
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE - `mmdagent` without an avatar.
 */
export function createRecognizer({ name, options }: RecognizerSpec, ports: RecognizerPorts): Recognizer {
  // What MMDAgent-EX hears is not the sound that goes through here: nothing can be said against it.
  if (options.type === 'mmdagent')
    return new MmdagentRecognizer(name, options, { ear: earOf(name, ports), clock: ports.clock });
  return new HonestRecognizer(engineOf(name, options, ports));
}

function engineOf(
  name: string,
  options: Exclude<RecognizerOptions, MmdagentHearingOptions>,
  ports: RecognizerPorts,
): HeardEngine {
  switch (options.type) {
    case 'openai':
      return new OpenAiRecognizer(name, options, ports);
    case 'azure':
      return new AzureRecognizer(name, options, ports);
    case 'google':
      return new GoogleRecognizer(name, options, ports);
    case 'http':
      return new HttpRecognizer(name, options, ports);
    default:
      return assertNever(options);
  }
}

function earOf(name: string, { ear }: RecognizerPorts): AvatarEar {
  if (ear !== undefined) return ear;
  throw new ConfigError(
    'BRIDGE_ERR_SPEECH_ENGINE',
    `${name}: expected an avatar that hears, got none; this engine works only where MMDAgent-EX is connected`,
  );
}
