import { type Clock, InvalidStateError, type Logger } from '../runtime/index.js';
import { AccessRefusal } from './access-refusal.js';
import { type AskingSide, askingSide, checkHost } from './asking-side.js';
import { type Admission, mayAs, type Role } from './caller.js';
import { keyCookie } from './cookies.js';
import { preflightHeaders } from './cross-origin.js';
import type { AdmitOptions, Gate, Login } from './gate.js';
import { clientAddress, type GateRequest } from './gate-request.js';
import type { GateRules, GateSettings } from './gate-settings.js';
import { Identity, keyCaller } from './identity.js';
import type { KeyRing } from './key-ring.js';
import { DEFAULT_LIMITS, LimitBook, type Spending } from './limits.js';
import { Logins } from './logins.js';
import { TokenSigner } from './signed-token.js';
import { Visitors } from './visitors.js';
import { WrongKeys } from './wrong-keys.js';

export interface GateParts {
  readonly keys: KeyRing | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: (bytes: number) => Buffer;
  readonly limits: GateSettings['limits'];
}

const SECRET_BYTES = 32;

/** The gate: `Gate` says what each call does. */
export class KeyedGate implements Gate {
  readonly #rules: GateRules;
  readonly #logger: Logger;
  readonly #limits: LimitBook;
  readonly #wrongKeys: WrongKeys;
  readonly #logins: Logins | undefined;
  readonly #identity: Identity;
  #isClosed = false;

  constructor(rules: GateRules, { keys, clock, logger, random, limits }: GateParts) {
    const signer = new TokenSigner(random(SECRET_BYTES));
    this.#rules = rules;
    this.#logger = logger;
    this.#limits = new LimitBook(limits ?? DEFAULT_LIMITS, clock);
    this.#wrongKeys = new WrongKeys(clock);
    this.#logins = keys && new Logins({ signer, clock, keys, lastsMs: rules.loginMs, random });
    this.#identity = new Identity({
      isLoopback: rules.isLoopback,
      keys,
      logins: this.#logins,
      wrongKeys: this.#wrongKeys,
      visitors: new Visitors({ signer, clock, path: rules.path, random }),
      admitsVisitors: rules.visitors,
      logger,
    });
  }

  get demandsKey(): boolean {
    return this.#identity.demandsKey;
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
    return await this.#guarded(request, async (address, tellsTo) => {
      checkHost(request, this.#rules);
      const side = askingSide(request, this.#rules);
      if (side.kind === 'listed') tellsTo(side.origin);
      await this.#identity.refresh();
      const who = await this.#identity.of(request, side, { need, address, mayKeepCookie });
      if (!mayAs(who.caller.role, need))
        throw new AccessRefusal(403, `Expected a key of role ${need}; this caller is a ${who.caller.role}`);
      this.#limits.spend({ caller: who.caller, address }, 'requests');
      const allowOrigin = side.kind === 'listed' ? { allowOrigin: side.origin } : {};
      return { ...who, address, ...allowOrigin };
    });
  }

  async login(request: GateRequest, key: string): Promise<Login> {
    return await this.#guarded(request, async (address) => {
      const { isSecure } = this.#ownSide(request);
      await this.#identity.refresh();
      const entry = await this.#identity.entryOf(key, address);
      const value = this.#logins?.begin(entry) ?? '';
      const caller = keyCaller(entry);
      this.#limits.spend({ caller, address }, 'requests');
      this.#logger.info({ caller: caller.label, address }, 'Logged in');
      return { caller, setCookie: keyCookie(request, { value, path: this.#rules.path, isSecure }) };
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
    return preflightHeaders(request, askingSide(request, this.#rules));
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

  /**
   * Who is refused pays too, by address, and is written down without what they sent.
   *
   * @param run - given the address, and what to tell of the listed origin whose page may read the refusal.
   */
  async #guarded<T>(
    request: GateRequest,
    run: (address: string, tellsTo: (origin: string) => void) => Promise<T>,
  ): Promise<T> {
    this.#mustBeOpen();
    const address = clientAddress(request, this.#rules.isTrusted);
    let reader: string | undefined;
    try {
      return await run(address, (origin) => {
        reader = origin;
      });
    } catch (error) {
      const refusal = this.#paid(error, address);
      throw refusal instanceof AccessRefusal && reader !== undefined ? refusal.readableTo(reader) : refusal;
    }
  }

  /** @returns The error, or that the address has used too much. */
  #paid(error: unknown, address: string): unknown {
    if (!(error instanceof AccessRefusal)) return error;
    this.#logger.debug({ address, status: error.status, reason: error.message }, 'Refused');
    if (error.status === 429) return error;
    try {
      this.#limits.spendOfAddress(address, 'requests');
      return error;
    } catch (tooMuch) {
      return tooMuch;
    }
  }

  /** @throws {AccessRefusal} 400, 403 - not a page of ours. */
  #ownSide(request: GateRequest): AskingSide {
    checkHost(request, this.#rules);
    const side = askingSide(request, this.#rules);
    if (side.kind === 'own' && request.headers.origin !== undefined) return side;
    throw new AccessRefusal(403, 'Expected a page of this server, with its Origin header');
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new InvalidStateError('The gate is closed');
  }
}
