/**
 * mmdagent-bridge as a library: speak through MMDAgent-EX from a program.
 *
 * ```ts
 * const bridge = await connect();
 * const speech = await bridge.play('hello.wav');
 * await speech.ended;
 * await bridge.close();
 * ```
 *
 * @packageDocumentation
 */
export type { RawEncoding, RawFormat, SoundInput } from './audio/index.js';
export type { ClientEvents, SpeechEnd, SpeechEvents, SpeechHandle } from './client/index.js';
export type {
  DaemonStatus,
  Events,
  LaneStatus,
  LinkStatus,
  OpenParams,
  TieParams,
  Topic,
} from './control/index.js';
export { Bridge, type ConnectOptions, connect, type PlayOptions, type Speech } from './library/index.js';
export {
  BridgeError,
  ConfigError,
  type ErrorCode,
  type Logger,
  ProtocolError,
  RequestError,
  TransportError,
} from './runtime/index.js';
