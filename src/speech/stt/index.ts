export {
  createRecognizer,
  type RecognizerOptions,
  type RecognizerPorts,
  type RecognizerSpec,
  type RecognizerType,
  STT_ENGINE_SCHEMAS,
} from './create-recognizer.js';
export type { AvatarEar } from './mmdagent/avatar-ear.js';
export {
  type OpenedRecognizer,
  type OpenRecognizerPorts,
  openRecognizer,
  type RecognizerSettings,
} from './open-recognizer.js';
export { type TranscribeOptions, type Transcript, transcribeSound } from './transcribe-sound.js';
export { VoiceOnlyRecognizer, voiceOnlyText } from './voice-only-recognizer.js';
