export { AvatarLane, type AvatarLaneOptions, type OpenStreamOptions } from './avatar-lane.js';
export { DelayEstimator, type EffectKind } from './delay-estimator.js';
export type { LaneEvents, LaneState, LaneWarning, UtteranceEnd } from './events.js';
export { FileUtterance } from './file-utterance.js';
export type { QueuePolicy } from './line-queue.js';
export { SpeechStream } from './speech-stream.js';
export type { StreamKind } from './stream-sound.js';
export type { Utterance, UtteranceEvents, UtteranceStatus } from './utterance.js';
