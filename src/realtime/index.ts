export {
  REALTIME_SAMPLE_RATE_HZ,
  type RealtimeEndReason,
  type RealtimeInput,
  type RealtimeLimit,
  type RealtimeModel,
  type RealtimePart,
  type RealtimeSession,
  type RealtimeSessionEvents,
  type RealtimeSessionOptions,
  type RealtimeTurn,
  type RealtimeUsage,
} from './realtime.js';
