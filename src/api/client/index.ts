/**
 * The client of our own protocol, for browsers and Node. Nothing here imports Node's modules, nor zod.
 *
 *   program → ApiSession → ApiLink → WebSocket → server;   server → ApiLink (each frame once, in order) → ApiSession.events → program
 *
 * `ApiLink` owns the connection and everything that may have to be sent again. What can fail: a request (`ApiError`), never a listener.
 */

export type {
  Lane,
  Line,
  ListedSession,
  OpenWish,
  Phase,
  Phoneme,
  Question,
  SessionState,
  Tuning,
} from '../parts.js';
export { ApiError } from './api-error.js';
export { BridgeApi, type BridgeApiEvents } from './bridge-api.js';
export type { ClientSocket, OpenClientSocket } from './client-socket.js';
export { type ConnectOptions, connect } from './connect.js';
export { LaneSpeech, type LaneSpeechEvents, type SpeechEnd } from './lane-speech.js';
export type { LinkStatus } from './link.js';
export { ApiRest, type SynthesizeWish } from './rest.js';
export { ApiSession, type ApiSessionEvents, type ApiSound } from './session.js';
export type { ApiTurn, TurnEnd } from './turn-book.js';
