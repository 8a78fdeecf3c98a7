export { BridgeClient, type BridgeClientOptions, type ClientEvents } from './bridge-client.js';
export { isDaemonUrl, localSocketPath, openLocal, openRemote } from './connect.js';
export { DaemonClock } from './daemon-clock.js';
export { LipsLink, type LipsLinkOptions } from './lips-link.js';
export { LiveStream, type LiveStreamOptions } from './live-stream.js';
export { type SpeechEnd, type SpeechEvents, SpeechHandle } from './speech-handle.js';
export { type StartDaemonOptions, startDaemon } from './start-daemon.js';
export { subscribe, unsubscribe } from './topics.js';
