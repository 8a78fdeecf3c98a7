export type { HearingEvents, Utterance } from './utterance.js';
