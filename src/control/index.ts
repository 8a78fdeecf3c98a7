export type { ControlChannel, ControlChannelEvents } from './channel.js';
export { controlSocketPath, DAEMON_NAME } from './endpoint.js';
export {
  type ControlFrame,
  ControlFrameDecoder,
  encodeControlFrame,
  MAX_CONTROL_FRAME_BYTES,
} from './frame-codec.js';
export { createMemoryChannels } from './memory-channel.js';
export {
  CONTROL_VERSION,
  type ControlErrorBody,
  type DaemonFrame,
  type DaemonStatus,
  type EffectKind,
  type Empty,
  type EventName,
  type Events,
  type IfBusy,
  type LaneStatus,
  type LinkStatus,
  type OpenParams,
  type RequestFrame,
  type RequestName,
  type Requests,
  type SendParams,
  type SoundMode,
  type StreamKind,
  type TieParams,
  type Topic,
  type Welcome,
} from './messages.js';
export { SocketChannel } from './socket-channel.js';
export { decodeSoundPart, encodeSoundPart, MAX_SOUND_PART_BYTES, type SoundPart } from './sound-frame.js';
export { WsChannel } from './ws-channel.js';
