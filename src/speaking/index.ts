export {
  chooseLips,
  type LipsChoice,
  type LipsKnowledge,
  type LipsSituation,
  type LipsWay,
} from './choose-lips.js';
export { LiveLips, type LiveLipsOptions } from './live-lips.js';
export { LiveMouth, type LiveMouthCounts, type LiveMouthOptions } from './live-mouth.js';
export type { OpenLocalPlayback } from './local-outlet.js';
export { type KnownStretch, type MouthKind, MouthSource, type MouthSourceOptions } from './mouth-source.js';
export { laneOf, type OpenOutletOptions, openOutlet } from './open-outlet.js';
export type { LipsReport, Outlet, SpeakingListener } from './outlet.js';
export { PeerMouth, type PeerMouthOptions } from './peer-mouth.js';
export { PositionLips, type PositionLipsCounts, type PositionLipsOptions } from './position-lips.js';
export { soundSpeech } from './sound-speech.js';
export {
  type SpeakThroughOptions,
  type SpeechOutcome,
  type SpokenSource,
  speakThrough,
} from './speak-through.js';
export { VoiceConverter } from './voice-converter.js';
export { type FlowEnd, VoiceFlow, type VoiceFlowOptions } from './voice-flow.js';
