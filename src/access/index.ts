/**
 * Who asks, and what they may.
 *
 *   request → Host → Origin → key | login | this machine | visitor → role → limits → Admission (whose conversations, what to answer with)
 *
 * Without keys, on loopback, whoever sits at the machine may do everything. With keys nobody may without one, but visitors what is for
 * visitors. The room owns the file of keys, the secret that signs cookies (of this process alone), and how much everybody has used; it
 * opens no socket and no timer. What can fail: a request (AccessRefusal, with its status), the settings at the start (ConfigError), the
 * file of keys, the certificate's files (BridgeError).
 *
 * An admission holds for the request, and for the WebSocket that it opens: removing a key ends no connection that is open.
 */

export { type AccessFiles, accessFiles } from './access-files.js';
export { hintOf, isKeyName, type KeyEntry, keyEntry, newKey } from './access-key.js';
export { AccessRefusal, type RefusalStatus } from './access-refusal.js';
export { type Admission, type Caller, isRole, LOCAL, mayAs, ROLES, type Role } from './caller.js';
export { offeredSubprotocols } from './credentials.js';
export { admissionHeaders } from './cross-origin.js';
export { type AdmitOptions, type Gate, type GateOptions, type Login, openGate } from './gate.js';
export { type GateRequest, gateRequestOf } from './gate-request.js';
export type { GateSettings } from './gate-settings.js';
export { type KeyFile, readKeyFile, writeKeyFile } from './key-file.js';
export { DEFAULT_LIMITS, type Limits, type LimitTable, type Rate, type Spending } from './limits.js';
export { Origins } from './origins.js';
export {
  createSelfSigned,
  MAX_CERTIFICATE_DAYS,
  type SelfSigned,
  type SelfSignedOptions,
} from './self-signed.js';
export { type FollowTlsOptions, followTls, readTls, type TlsPair, type TlsPaths } from './tls-files.js';
