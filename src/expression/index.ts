export type { Cue, ExpressionSink, Phase, ReplyPiece } from './cue.js';
export type {
  ExpressionSettings,
  MorphAction,
  MotionAction,
  PeerAction,
  PeerCaptionSettings,
  PeerSinkSettings,
  TagSettings,
  VrchatSettings,
} from './settings.js';
