export { MMDAGENT_VOICE_ROW, type MmdagentVoiceOptions } from '../tts/mmdagent/mmdagent-options.js';
export {
  type PeerMessages,
  type PeerSpeechOptions,
  type PeerSpoken,
  PeerVoice,
  type PeerVoiceOptions,
} from '../tts/mmdagent/peer-voice.js';
export {
  createLocalSynthesizer,
  LOCAL_TTS_SCHEMAS,
  type LocalEngineOptions,
  type LocalEngineSpec,
  type LocalEngineType,
  type LocalSpeechPorts,
  type LocalSynthesizer,
} from './local-synthesizer.js';
