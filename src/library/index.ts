export { Bridge, type PlayOptions, type Speech } from './bridge.js';
export { type ConnectOptions, connect } from './connect.js';
export type { Lips, LipsOptions } from './lips.js';
export { Microphone, type MicrophoneEvents, type MicrophoneOptions } from './microphone.js';
