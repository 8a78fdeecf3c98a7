export { Bridge, type PlayOptions, type Speech } from './bridge.js';
export { type ConnectOptions, connect } from './connect.js';
export { Microphone, type MicrophoneEvents, type MicrophoneOptions } from './microphone.js';
