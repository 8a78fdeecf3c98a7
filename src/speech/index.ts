export type {
  RecognitionPart,
  RecognitionRequest,
  RecognizedWord,
  Recognizer,
} from './recognizer.js';
export type {
  SpeechPart,
  SpeechRequest,
  SpokenPhoneme,
  Synthesizer,
  TellsTimings,
  TimedText,
  Voice,
} from './synthesizer.js';
