export { type AvatarCommand, type DisableAutoLip, encodeAvatarCommand } from './avatar-command.js';
export {
  encodeCloseMouth,
  encodeHello,
  encodeLipsyncStart,
  encodeReadinessProbe,
  encodeSpeakStart,
  encodeSpeakStop,
  encodeSynthStart,
  encodeSynthStop,
  HELLO_TYPE,
  type TimedPhoneme,
} from './builders.js';
export {
  BLOCK_BYTES,
  BYTES_PER_MS,
  BYTES_PER_SAMPLE,
  MAX_FRAME_BYTES,
  MAX_LINE_BYTES,
  MAX_SOUND_BYTES,
  PEER_LINE_CUT_BYTES,
  SAMPLE_RATE_HZ,
  UNIT_BYTES,
  UNIT_MS,
} from './limits.js';
export { lipBorderDelayMs } from './lip-delay.js';
export { encodeMessage, type Message, messageText, parseMessage } from './message.js';
export { PeerDecoder, type PeerMessage } from './peer-decoder.js';
export {
  encodeSegmentEnd,
  encodeSound,
  encodeSoundMode,
  MAX_SOUND_FRAME_BYTES,
  SoundFrame,
  type SoundMode,
} from './sound.js';
export { assertArgument, speakableText } from './text.js';
export { type Unit, UnitDecoder } from './unit-decoder.js';
export type { WireFrame } from './wire-frame.js';
