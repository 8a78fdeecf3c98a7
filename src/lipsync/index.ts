export type { LipsDriver, LipsDriverEvents, LipsDriverOptions, SoundTimeline } from './lips-driver.js';
export type { LipEstimator, TimedPhoneme } from './timed-phoneme.js';
