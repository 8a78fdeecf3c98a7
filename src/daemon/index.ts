export { Daemon, type DaemonOptions } from './daemon.js';
export { type EmbedDaemonOptions, embedDaemon } from './embed-daemon.js';
export { TEMPORARY_FILE_NAME } from './handlers.js';
export { createLinkFactory, type LinkFactory } from './link-factory.js';
export { RECORDING_VERSION, type RecordedLine, type UtteranceSource } from './recorded-line.js';
export { type RunDaemonOptions, type RunningDaemon, runDaemon } from './run-daemon.js';
export type { DaemonSettings } from './settings.js';
export { SimulatorTaps } from './simulator-taps.js';
