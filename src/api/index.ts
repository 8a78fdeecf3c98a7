/**
 * Our own protocol for programs and pages. In the making: messages and the client are here.
 */
export type { RequestName, RequestParams, RequestResult } from './messages-in.js';
export type { LaneEvent, LaneEventName, SessionEvent, SessionEventName } from './messages-out.js';
