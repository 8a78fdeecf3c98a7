export { LivePacer, type LivePacerOptions } from './live-pacer.js';
export { PcmQueue } from './pcm-queue.js';
export { PlayoutClock, PositionMap } from './playout-clock.js';
export { RecordedPacer, type RecordedPacerOptions } from './recorded-pacer.js';
export { type Paced, PaceScheduler } from './scheduler.js';
export { type PacingObserver, SoundOutlet, type SoundPort } from './sound-outlet.js';
