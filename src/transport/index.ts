export type {
  CloseReason,
  Link,
  LinkEvents,
  LinkState,
  PeerConnection,
  PeerConnectionEvents,
  Refusal,
} from './link.js';
export type { LinkParts } from './link-parts.js';
export type { ListenOptions } from './listen-options.js';
export type { Endpoint } from './memory-connection.js';
export { MemoryLink, type MemoryLinkOptions } from './memory-link.js';
export { StdioLink, type StdioLinkOptions } from './stdio-link.js';
export { TcpDialLink, type TcpDialLinkOptions } from './tcp-dial-link.js';
export { TcpListenLink, type TcpListenLinkOptions } from './tcp-listen-link.js';
export { WsListenLink, type WsListenLinkOptions } from './ws-listen-link.js';
