import { randomBytes } from 'node:crypto';
import { type Clock, ConfigError, type Logger } from '../runtime/index.js';
import type { Admission, Caller, Role } from './caller.js';
import type { GateRequest } from './gate-request.js';
import { type GateSettings, readGateSettings } from './gate-settings.js';
import { KeyRing, type KeyRingOptions } from './key-ring.js';
import { KeyedGate } from './keyed-gate.js';
import type { Spending } from './limits.js';

export interface GateOptions {
  readonly settings: GateSettings;
  /** The file of keys; it need not exist. undefined: there are no keys. */
  readonly keyFile: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default the system's */
  readonly random?: (bytes: number) => Buffer;
  /** @default what scrypt says */
  readonly isKeyOf?: KeyRingOptions['isKeyOf'];
}

export interface AdmitOptions {
  /** Whether the answer can carry a Set-Cookie header. @default true */
  readonly mayKeepCookie?: boolean;
}

/** Who is logged in now, and the cookie that says so. */
export interface Login {
  readonly caller: Caller;
  readonly setCookie: string;
}

/** Decides of every request who asks and whether they may. */
export interface Gate {
  /** Whether nobody is let in as the user of this machine: keys are set up, or were. */
  readonly demandsKey: boolean;
  readonly admitsVisitors: boolean;
  /** For what everybody may read, such as the files of pages. @throws {AccessRefusal} 400, 403 */
  checkHost(request: GateRequest): void;
  /**
   * @param need - least role that may do this.
   * @throws {AccessRefusal} 400 (Host), 401 (no or wrong key), 403 (origin, host, role), 429 (rate; `retryAfterS`).
   */
  admit(request: GateRequest, need: Role, options?: AdmitOptions): Promise<Admission>;
  /**
   * Of a login form on a page of ours: exchanges a key for a cookie, so that pages and their WebSockets need none.
   *
   * @throws {AccessRefusal} as `admit`.
   */
  login(request: GateRequest, key: string): Promise<Login>;
  /** @throws {AccessRefusal} 400, 403 */
  logout(request: GateRequest): Promise<{ readonly setCookie: string }>;
  /** Headers of the answer (204) to an OPTIONS request of a browser. @throws {AccessRefusal} 400, 403, 429 */
  preflight(request: GateRequest): Readonly<Record<string, string>>;
  /** Takes from what the caller may use. `admit` has taken one of requests already. @throws {AccessRefusal} 429 */
  spend(from: Pick<Admission, 'caller' | 'address'>, what: Spending, amount?: number): void;
  /** Counts a lasting connection until the returned function is called (idempotent). @throws {AccessRefusal} 429 */
  connect(from: Pick<Admission, 'caller' | 'address'>): () => void;
  /** Forgets everything; later calls fail. Idempotent. */
  close(): void;
}

/**
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a wrong setting; or other machines can reach the server and there is no key.
 * @throws {BridgeError} BRIDGE_ERR_KEYS
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const { settings, clock, logger, keyFile, random = randomBytes, isKeyOf } = options;
  const rules = readGateSettings(settings);
  const ring = { clock, logger, ...(isKeyOf === undefined ? {} : { isKeyOf }) };
  const keys = keyFile === undefined ? undefined : await KeyRing.open({ path: keyFile, ...ring });
  if (!rules.isLoopback && (keys?.count ?? 0) === 0)
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `Expected at least one key before other machines can reach this server at ${rules.host}: \`mmdagent-bridge keys add NAME --role operator\` makes one`,
    );
  return new KeyedGate(rules, { keys, clock, logger, random, limits: settings.limits });
}
