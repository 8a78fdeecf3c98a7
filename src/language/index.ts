export { Dictionary, type DictionaryEntry } from './dictionary.js';
export { type DictionaryFormat, parseDictionary } from './dictionary-file.js';
export type { TextRange } from './mapped-text.js';
export { type GivenPhonemes, type Speakable, type SpeakableOptions, speakable } from './normalise.js';
export type { LinkPolicy } from './normalise-links.js';
export { type LanguageRun, type RunLanguage, splitByLanguage } from './split-languages.js';
export type { Pronouncer, SpokenLanguage, SpokenWord } from './spoken-word.js';
