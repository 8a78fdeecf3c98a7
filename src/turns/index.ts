export type { EndJudgement, Interjection } from './judgement.js';
