export {
  type AlignmentOptions,
  type AlignmentWord,
  pronunciationForAlignment,
  type TimedPlace,
} from './alignment-words.js';
export type { ClauseSize } from './clause-end.js';
export {
  createPronouncer,
  type KanaPronouncer,
  type PronouncerOptions,
  type WordGuesser,
} from './create-pronouncer.js';
export { Dictionary, type DictionaryEntry } from './dictionary.js';
export { type DictionaryFormat, parseDictionary } from './dictionary-file.js';
export { devoiced, morasOf, phonemesOfKana } from './kana-phonemes.js';
export type { TextRange } from './mapped-text.js';
export { type GivenPhonemes, type Speakable, type SpeakableOptions, speakable } from './normalise.js';
export type { LinkPolicy } from './normalise-links.js';
export { type ReplyCutting, type Segment, Segmenter, type SegmenterOptions } from './segmenter.js';
export { looksEnded } from './sentence-end.js';
export { type LanguageRun, type RunLanguage, splitByLanguage } from './split-languages.js';
export type { Pronouncer, SpokenLanguage, SpokenWord } from './spoken-word.js';
export { createThreadedPronouncer } from './threaded-pronouncer.js';
