export type {
  HeardReply,
  PlayedSound,
  Reply,
  ReplyEnd,
  ReplyEvents,
  ReplyOptions,
  ReplyVoice,
  SpokenPiece,
} from './reply-voice.js';
