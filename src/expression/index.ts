export type { Cue, ExpressionSink, Phase, ReplyPiece } from './cue.js';
