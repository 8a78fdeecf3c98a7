/**
 * The popup chat tutorial's two protocols over sessions: one request and its answer, and a binary WebSocket with the answer as it comes.
 *
 *   page → POST /api/message, or frames → recordings decoded and recognised → session of `popup:` and the page's id → pieces → page
 *
 * Owns what is recorded and not understood yet (bounded in bytes and time), and the queue of each connection. An id names a conversation
 * only within its caller. What can fail: a message (400, or an error frame), hearing, answering and speaking (500, or an error frame, each
 * logged with the id); the connection lives on. `frames.ts` runs in browsers too, and imports nothing.
 */
export {
  CLIENT_FRAMES,
  decodeClientFrame,
  decodeServerFrame,
  encodeFrame,
  type PopupFacts,
  type PopupOptions,
  payloadText,
  SERVER_FRAMES,
} from './frames.js';
export { type PopupPorts, popupEndpoints } from './popup-endpoints.js';
export { POPUP_DEFAULTS, type PopupSettings } from './settings.js';
