export { createHearing, type HearingOptions } from './create-hearing.js';
export type { Hearing, HearingMeter, PlayedSound } from './hearing.js';
export {
  DEFAULT_HEARING,
  HEARING_SCHEMA,
  type HearingSettings,
  type VoiceActivity,
} from './hearing-settings.js';
export type { HearingEvents, Utterance } from './utterance.js';
export { PROBABILITY_WINDOW_SAMPLES, type VoiceProbability } from './voice-probability.js';
