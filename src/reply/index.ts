export { createLocalVoice, createStreamVoice } from './avatar-voices.js';
export type { ClientPiece, ClientPlayer, ClientPosition, ClientTake } from './client-player.js';
export { createClientVoice } from './client-voice.js';
export { createReplyVoice } from './create-reply-voice.js';
export {
  type GivenPart,
  type GivenSound,
  givenMs,
  type SoundReplyVoice,
  takesSound,
} from './given-sound.js';
export { createPeerVoice } from './peer-voice.js';
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
export { createTextVoice } from './text-voice.js';
export type {
  AvatarSettings,
  ClientVoicePorts,
  ClientVoiceSettings,
  HowToSpeak,
  LocalVoicePorts,
  LocalVoiceSettings,
  PeerVoicePorts,
  PeerVoiceSettings,
  ReplyVoicePorts,
  ReplyVoiceSettings,
  SpeakingPorts,
  StreamVoicePorts,
  StreamVoiceSettings,
  TextVoicePorts,
  TextVoiceSettings,
} from './voice-settings.js';
