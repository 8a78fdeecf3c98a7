export { type EngineEntry, type EngineFacts, readEngines } from './around/engine-book.js';
export { createSpeech } from './create-speech.js';
export type {
  RecognitionPart,
  RecognitionRequest,
  RecognizedWord,
  Recognizer,
} from './recognizer.js';
export type {
  EngineUsage,
  EngineVoices,
  SpeakerDescription,
  Speech,
  SpeechEvents,
  SpeechPorts,
  SpeechRoute,
  SpeechSettings,
} from './speech.js';
export type { SentenceEndPart, SentencePart, SpeakOptions, SpokenPart } from './spoken-part.js';
export {
  type AvatarEar,
  createRecognizer,
  type RecognizerOptions,
  type RecognizerPorts,
  type RecognizerSpec,
  type RecognizerType,
  STT_ENGINE_SCHEMAS,
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
