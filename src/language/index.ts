export type { Pronouncer, SpokenLanguage, SpokenWord } from './spoken-word.js';
