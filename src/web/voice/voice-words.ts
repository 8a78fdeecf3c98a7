import type { PageWords } from '../page-words.js';
import { VOICE_EN } from './texts-en.js';
import { VOICE_JA } from './texts-ja.js';

export type VoiceKey = keyof typeof VOICE_EN;
export type VoiceWords = PageWords<VoiceKey>;

export const VOICE_TEXTS = { en: VOICE_EN, ja: VOICE_JA } as const;
