/**
 * AIAvatarKit's protocols, served by our sessions, so that its clients work unchanged: its pages and Python clients over WebSocket `/ws`,
 * its HTTP client and ChatdollKit over `POST /chat`, and the endpoints that imitate Dify and OpenAI.
 *
 *   bytes of a client → request → Session (of its caller) → events → response → bytes
 *
 * Owns: what it takes to know a client by its connection. Conversations, limits and sound are the sessions' own. What can fail: a frame
 * or a body (an `error` frame or a status; the connection lives), a turn (`error` in its stream), the connection (its turn is cancelled).
 *
 * Bugs of the original that do not come along are named in the tests.
 */
export { aiavatarEndpoints } from './endpoints.js';
export type { AIAvatarOptions, AIAvatarPorts } from './ports.js';
