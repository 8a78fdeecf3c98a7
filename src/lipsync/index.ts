export { type AlignedWord, type Alignment, alignWords } from './acoustic/align.js';
export type { AlignableWord } from './acoustic/alignable-word.js';
export { Posteriors } from './acoustic/posteriors.js';
export { settleNames } from './acoustic/settle-names.js';
export { ESTIMATED_PHONEMES, SoundMouth, type SoundMouthOptions } from './acoustic/sound-mouth.js';
export { lipStandIns } from './acoustic/stand-ins.js';
export { TextMouth, type TextMouthOptions } from './acoustic/text-mouth.js';
export type { Alphabet } from './alphabets.js';
export { type AzureVisemeOptions, azureVisemeTimeline, type Viseme } from './azure-visemes.js';
export { type PlacedText, type PlacedWord, wordsOfCharacters } from './character-words.js';
export { createLipsDriver } from './create-lips-driver.js';
export { type Ahead, cutPart, lookAhead } from './cut-part.js';
export { DEFAULT_LIP_TABLE } from './default-lip-table.js';
export { buildPart, closingMessage, type LipPart, type LipPartOptions, partBytes } from './lip-part.js';
export { type LipRow, LipTable } from './lip-table.js';
export {
  espeakTimeline,
  type LipPhoneme,
  type LipTimelineOptions,
  lipTimeline,
  type PhonemeStart,
  timelineOfStarts,
} from './lip-timeline.js';
export type {
  LipsCounts,
  LipsDriver,
  LipsDriverEvents,
  LipsDriverOptions,
  LipsDriverStatus,
  SoundTimeline,
} from './lips-driver.js';
export { MIN_PHONEME_MS } from './merge-short.js';
export {
  HOLD_FRAMES,
  MOTION_FPS,
  MOTION_FRAME_MS,
  type MotionFrames,
  motionFrames,
} from './motion-frames.js';
export { type ParsedLipTable, parseLipTable } from './parse-lip-table.js';
export { PAUSE_NAMES } from './pause-names.js';
export { readPhonemeList } from './phoneme-list.js';
export { alphabetOf, PhonemeNames } from './phoneme-names.js';
export { PhonemeTrack } from './phoneme-track.js';
export { readTimings, type TimingFormat, type Timings } from './read-timings.js';
export type { LipEstimator, TimedPhoneme } from './timed-phoneme.js';
export { type VoicevoxOptions, type VoicevoxTimeline, voicevoxTimeline } from './voicevox-timings.js';
