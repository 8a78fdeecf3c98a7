export { joinContinued } from './join-continued.js';
export { type JudgeEndOptions, judgeEnd } from './judge-end.js';
export { type JudgeInterjectionOptions, judgeInterjection } from './judge-interjection.js';
export type { EndJudgement, Interjection } from './judgement.js';
export { isOwnVoice, type OwnVoiceOptions, withoutOwnVoice } from './own-voice.js';
export { createWakeWords, type WakeAnswer, type WakeWords, type WakeWordsOptions } from './wake-words.js';
