/*
 * Our own protocol, for programs and pages: REST under /api/v1, and a WebSocket at /api/v1/ws.
 *
 *   request → route (schema) → Sessions or AvatarPort → one JSON answer, or server-sent events of the turn
 *   socket ⇄ ApiSocket (hello, guards) ⇄ ApiConnection (requests, channels) ⇄ Session, AvatarPort
 *                                        ApiConnection → Outbox (numbered, kept, bounded) → socket
 *
 * The WebSocket, subprotocol `mmdagent-bridge.v1`. The client says `hello {version}`; the server `welcome {connection, token}`. Requests
 * are text with an `id` of rising numbers and get exactly one `result` or `error`; sessions are opened on channels; what happens in them
 * is told as text with `type`, `channel` and a `seq` that rises over all frames; sound is binary both ways (sound-frame.ts).
 * A lost connection is kept for 30 s: `hello {resume: {connection, token, lastSeq}}` gives again what was missed, once and in order; a
 * request that comes again is not done again. What is kept is bounded (1 MiB, 30 s): beyond it a `gap` tells how things stand. For a
 * reader that is behind, the newest `phase`, `partial`, `heard` count, `lips` are left out, sound of a turn that was cut is thrown away;
 * nothing else ever is: 4 MiB behind it is closed (4408) and may resume.
 *
 * Of one caller nothing is ever known to another: `Sessions.byId` decides, and a connection is resumed by its caller alone. Avatars are for
 * operators, and for keys of clients what `AvatarAllowance` says. What can fail: a request, which is answered; a frame that is none,
 * which is answered and borne twenty times (4400); a socket.
 *
 * Owns the connections, and ends what only a gone client wanted. The client is in client/, for browsers and Node; what it shares with the
 * server are protocol.ts, sound-frame.ts and the types of messages.
 */
export {
  type AvatarAllowance,
  type AvatarPort,
  AvatarRights,
  type AvatarSound,
  type AvatarSpeech,
  type AvatarSpeechEnd,
} from './avatar-port.js';
export { type ApiOptions, createApi } from './create-api.js';
export type { RequestName, RequestParams, RequestResult } from './messages-in.js';
export type { LaneEvent, LaneEventName, SessionEvent, SessionEventName } from './messages-out.js';
export type {
  KeptList,
  KeptRecord,
  KeptSummary,
  KeptTurn,
  ToldComment,
  ToldComments,
  ToldSetting,
  ToldSettings,
  ToldTurnTimes,
} from './operator-facts.js';
export type { CommentsPort, KeptPort, KeptSound, OperatorPort } from './operator-port.js';
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
} from './parts.js';
