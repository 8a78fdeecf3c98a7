export { type AnswerSound, answerSound } from './answer-sound.js';
export { openRealtime, type RealtimePorts, type RealtimeSettings } from './open-realtime.js';
export {
  type CallResult,
  REALTIME_BYTES_PER_MS,
  REALTIME_SAMPLE_RATE_HZ,
  type RealtimeEndReason,
  type RealtimeInput,
  type RealtimeLimit,
  type RealtimeModel,
  type RealtimeNews,
  type RealtimePart,
  type RealtimeSession,
  type RealtimeSessionEvents,
  type RealtimeSessionOptions,
  type RealtimeTurn,
  type RealtimeUsage,
} from './realtime.js';
