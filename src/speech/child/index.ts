export {
  createLocalSynthesizer,
  LOCAL_TTS_SCHEMAS,
  type LocalEngineOptions,
  type LocalEngineSpec,
  type LocalEngineType,
  type LocalSpeechPorts,
  type LocalSynthesizer,
} from './local-synthesizer.js';
