export { Bridge, type PlayOptions } from './bridge.js';
export { type ConnectOptions, connect } from './connect.js';
export type { Lips, LipsOptions } from './lips.js';
export { Microphone, type MicrophoneEvents, type MicrophoneOptions } from './microphone.js';
export type { SayOptions } from './say.js';
export type { Speech, SpokenOptions } from './speech.js';
export { Talk, type TalkOptions } from './talk.js';
