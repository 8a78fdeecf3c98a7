export {
  createHttpSynthesizer,
  type HttpEngineOptions,
  type HttpEngineSpec,
  type HttpEngineType,
  TTS_ENGINE_SCHEMAS,
} from './create-http-synthesizer.js';
export type { HttpSpeechPorts } from './ports.js';
