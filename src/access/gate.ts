import { randomBytes } from 'node:crypto';
import { type Clock, ConfigError, InvalidStateError, type Logger } from '../runtime/index.js';
import type { KeyEntry } from './access-key.js';
import { AccessRefusal } from './access-refusal.js';
import { type AskingSide, askingSide, checkHost, isThisMachine } from './asking-side.js';
import { type Admission, type Caller, LOCAL, mayAs, type Role } from './caller.js';
import { keyCookie } from './cookies.js';
import { type GivenKey, hasKeyInQuery, keyGiven } from './credentials.js';
import { preflightHeaders } from './cross-origin.js';
import { clientAddress, type GateRequest, isSafe } from './gate-request.js';
import { type GateRules, type GateSettings, readGateSettings } from './gate-settings.js';
import { KeyRing, type KeyRingOptions } from './key-ring.js';
import { DEFAULT_LIMITS, LimitBook, type Spending } from './limits.js';
import { Logins } from './logins.js';
import { TokenSigner } from './signed-token.js';
import { Visitors } from './visitors.js';
import { WrongKeys } from './wrong-keys.js';

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

interface GateParts {
  readonly keys: KeyRing | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: (bytes: number) => Buffer;
  readonly limits: GateSettings['limits'];
}

const SECRET_BYTES = 32;

class KeyedGate implements Gate {
  readonly #rules: GateRules;
  readonly #keys: KeyRing | undefined;
  readonly #logger: Logger;
  readonly #limits: LimitBook;
  readonly #wrongKeys: WrongKeys;
  readonly #visitors: Visitors;
  readonly #logins: Logins | undefined;
  /** Stays when the last key is removed: nobody becomes operator by that. */
  #demandsKey: boolean;
  #isClosed = false;

  constructor(rules: GateRules, { keys, clock, logger, random, limits }: GateParts) {
    const signer = new TokenSigner(random(SECRET_BYTES));
    this.#rules = rules;
    this.#keys = keys;
    this.#logger = logger;
    this.#limits = new LimitBook(limits ?? DEFAULT_LIMITS, clock);
    this.#wrongKeys = new WrongKeys(clock);
    this.#visitors = new Visitors({ signer, clock, path: rules.path, random });
    this.#logins = keys && new Logins({ signer, clock, keys, lastsMs: rules.loginMs, random });
    this.#demandsKey = !rules.isLoopback || (keys?.count ?? 0) > 0;
  }

  get demandsKey(): boolean {
    return this.#demandsKey;
  }

  get admitsVisitors(): boolean {
    return this.#rules.visitors;
  }

  checkHost(request: GateRequest): void {
    checkHost(request, this.#rules);
  }

  async admit(
    request: GateRequest,
    need: Role,
    { mayKeepCookie = true }: AdmitOptions = {},
  ): Promise<Admission> {
    return await this.#guarded(request, async (address) => {
      checkHost(request, this.#rules);
      const side = askingSide(request, this.#rules);
      const who = await this.#who(request, side, { need, address, mayKeepCookie });
      if (!mayAs(who.caller.role, need))
        throw new AccessRefusal(403, `Expected a key of role ${need}; this caller is a ${who.caller.role}`);
      this.#limits.spend({ caller: who.caller, address }, 'requests');
      const allowOrigin = side.kind === 'listed' ? { allowOrigin: side.origin } : {};
      return { ...who, address, ...allowOrigin };
    });
  }

  async login(request: GateRequest, key: string): Promise<Login> {
    return await this.#guarded(request, async (address) => {
      const side = this.#ownSide(request);
      await this.#refreshKeys();
      const entry = await this.#entryOf(key, address);
      const value = this.#logins?.begin(entry) ?? '';
      const caller = keyCaller(entry);
      this.#limits.spend({ caller, address }, 'requests');
      this.#logger.info({ caller: caller.label, address }, 'Logged in');
      return {
        caller,
        setCookie: keyCookie(request, { value, path: this.#rules.path, isSecure: side.isSecure }),
      };
    });
  }

  async logout(request: GateRequest): Promise<{ readonly setCookie: string }> {
    return await this.#guarded(request, async () => {
      const { isSecure } = this.#ownSide(request);
      this.#logins?.end(request);
      return { setCookie: keyCookie(request, { value: '', path: this.#rules.path, isSecure }) };
    });
  }

  preflight(request: GateRequest): Readonly<Record<string, string>> {
    this.#mustBeOpen();
    this.#limits.spendOfAddress(clientAddress(request, this.#rules.isTrusted), 'requests');
    checkHost(request, this.#rules);
    const side = askingSide(request, this.#rules);
    return preflightHeaders(request, side);
  }

  spend(from: Pick<Admission, 'caller' | 'address'>, what: Spending, amount?: number): void {
    this.#mustBeOpen();
    this.#limits.spend(from, what, amount);
  }

  connect(from: Pick<Admission, 'caller' | 'address'>): () => void {
    this.#mustBeOpen();
    return this.#limits.connect(from);
  }

  close(): void {
    this.#isClosed = true;
    this.#limits.clear();
    this.#wrongKeys.clear();
  }

  /** Who is refused pays too, by address, and is written down without what they sent. */
  async #guarded<T>(request: GateRequest, run: (address: string) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    const address = clientAddress(request, this.#rules.isTrusted);
    try {
      return await run(address);
    } catch (error) {
      if (!(error instanceof AccessRefusal)) throw error;
      this.#logger.debug({ address, status: error.status, reason: error.message }, 'Refused');
      if (error.status !== 429) this.#limits.spendOfAddress(address, 'requests');
      throw error;
    }
  }

  async #who(
    request: GateRequest,
    side: AskingSide,
    asked: { readonly need: Role; readonly address: string; readonly mayKeepCookie: boolean },
  ): Promise<Pick<Admission, 'caller' | 'setCookie' | 'subprotocol' | 'visitorToken'>> {
    await this.#refreshKeys();
    const given = keyGiven(request);
    // Browsers give up a WebSocket whose subprotocol is not echoed, also where no key is needed.
    const echo = given?.subprotocol === undefined ? {} : { subprotocol: given.subprotocol };
    if (this.#demandsKey) {
      const entry = await this.#keyed(request, side, given, asked.address);
      if (entry !== undefined) return { caller: keyCaller(entry), ...echo };
    } else if (side.kind !== 'listed' && isThisMachine(request)) {
      return { caller: LOCAL, ...echo };
    }
    if (asked.need === 'visitor' && this.#isVisitor(request, side))
      return { ...echo, ...this.#visitors.admit(request, side, asked.mayKeepCookie) };
    throw this.#noKey(request, side);
  }

  /** @returns undefined when nothing that could be a key came. */
  async #keyed(
    request: GateRequest,
    side: AskingSide,
    given: GivenKey | undefined,
    address: string,
  ): Promise<KeyEntry | undefined> {
    if (given !== undefined) return await this.#entryOf(given.key, address);
    // The login is of our own pages: a listed site's page, such as on another port of this machine, does not get it.
    const entry = side.kind === 'listed' ? undefined : this.#logins?.find(request);
    if (entry !== undefined && side.kind === 'unsaid' && !isSafe(request))
      throw new AccessRefusal(
        403,
        'Expected the Origin header, which browsers send, or a key of the program that asks',
      );
    return entry;
  }

  async #entryOf(key: string, address: string): Promise<KeyEntry> {
    const known = this.#keys?.known(key);
    if (known !== undefined) return known;
    const tries = this.#wrongKeys.begin(address);
    const entry = await this.#keys?.check(key);
    if (entry === undefined) {
      this.#logger.warn({ address, tries }, 'Wrong key');
      throw new AccessRefusal(
        401,
        this.#demandsKey
          ? 'The key is wrong; `mmdagent-bridge keys list` shows which there are'
          : 'No keys are set up',
      );
    }
    this.#wrongKeys.wasRight(address);
    return entry;
  }

  #isVisitor(request: GateRequest, side: AskingSide): boolean {
    if (!this.#rules.visitors) return false;
    return side.kind !== 'unsaid' || this.#visitors.isKnown(request, side);
  }

  #noKey(request: GateRequest, side: AskingSide): AccessRefusal {
    if (hasKeyInQuery(request))
      return new AccessRefusal(
        401,
        'Keys in the address are not taken, since logs and histories keep addresses: send it as header Authorization: Bearer KEY',
      );
    if (this.#demandsKey)
      return new AccessRefusal(
        401,
        'Expected a key: header Authorization: Bearer KEY, WebSocket subprotocol Authorization.BASE64, or a login on a page of this server',
      );
    return new AccessRefusal(
      side.kind === 'listed' ? 403 : 401,
      'Only the user of this machine may do this, since no keys are set up: open it there as http://localhost, or make a key with `mmdagent-bridge keys add NAME`',
    );
  }

  /** @throws {AccessRefusal} 400, 403 - not a page of ours. */
  #ownSide(request: GateRequest): AskingSide {
    checkHost(request, this.#rules);
    const side = askingSide(request, this.#rules);
    if (side.kind === 'own' && request.headers.origin !== undefined) return side;
    throw new AccessRefusal(403, 'Expected a page of this server, with its Origin header');
  }

  async #refreshKeys(): Promise<void> {
    await this.#keys?.refresh();
    if ((this.#keys?.count ?? 0) > 0) this.#demandsKey = true;
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new InvalidStateError('The gate is closed');
  }
}

function keyCaller({ name, role }: KeyEntry): Caller {
  return { id: `key:${name}`, role, label: `key:${name}` };
}
