export type {
  CloseReason,
  Link,
  LinkEvents,
  LinkState,
  PeerConnection,
  PeerConnectionEvents,
  Refusal,
} from './link.js';
