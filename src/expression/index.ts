export type { Cue, ExpressionSink, Phase, ReplyPiece } from './cue.js';
export { ReplyReader, type ReplyReaderOptions } from './reply-reader.js';
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
