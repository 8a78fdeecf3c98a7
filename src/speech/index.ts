export { type EngineEntry, type EngineFacts, readEngines } from '../vendor/index.js';
export type { PeerMessages, PeerSpoken, PeerVoice } from './child/index.js';
export { createSpeech } from './create-speech.js';
export { ENGINE_KINDS } from './engine-kinds.js';
export { GIVEN_VOICE_TYPE } from './given-synthesizer.js';
export { type OpenPeerVoiceOptions, openPeerVoice, PEER_VOICE_TYPE } from './open-peer-voice.js';
export type {
  RecognitionPart,
  RecognitionRequest,
  RecognizedWord,
  Recognizer,
} from './recognizer.js';
export type {
  EngineUsage,
  EngineVoices,
  PlannedSentence,
  SpeakerDescription,
  Speech,
  SpeechEvents,
  SpeechInput,
  SpeechPorts,
  SpeechRoute,
  SpeechSettings,
} from './speech.js';
export type {
  GivenPiece,
  PieceShare,
  SentenceEndPart,
  SentencePart,
  SpeakOptions,
  SpokenPart,
} from './spoken-part.js';
export {
  type AvatarEar,
  createRecognizer,
  type OpenedRecognizer,
  type OpenRecognizerPorts,
  openRecognizer,
  type RecognizerOptions,
  type RecognizerPorts,
  type RecognizerSettings,
  type RecognizerSpec,
  type RecognizerType,
  STT_ENGINE_SCHEMAS,
  type TranscribeOptions,
  type Transcript,
  transcribeSound,
  VoiceOnlyRecognizer,
} from './stt/index.js';
export type {
  SpeechPart,
  SpeechRequest,
  SpokenPhoneme,
  Synthesizer,
  TellsTimings,
  TimedText,
  Voice,
} from './synthesizer.js';
