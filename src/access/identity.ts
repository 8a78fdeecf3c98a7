import type { Logger } from '../runtime/index.js';
import type { KeyEntry } from './access-key.js';
import { AccessRefusal } from './access-refusal.js';
import { type AskingSide, isThisMachine } from './asking-side.js';
import { type Admission, type Caller, LOCAL, type Role } from './caller.js';
import { type GivenKey, hasKeyInQuery, keyGiven } from './credentials.js';
import { type GateRequest, isSafe } from './gate-request.js';
import type { KeyRing } from './key-ring.js';
import type { Logins } from './logins.js';
import type { Visitors } from './visitors.js';
import type { WrongKeys } from './wrong-keys.js';

export interface IdentityOptions {
  /** Whether only this machine can reach the server. */
  readonly isLoopback: boolean;
  readonly keys: KeyRing | undefined;
  readonly logins: Logins | undefined;
  readonly wrongKeys: WrongKeys;
  readonly visitors: Visitors;
  readonly admitsVisitors: boolean;
  readonly logger: Logger;
}

/** What is asked for, and from where. */
export interface AskedFor {
  readonly need: Role;
  readonly address: string;
  readonly mayKeepCookie: boolean;
}

type Identified = Pick<Admission, 'caller' | 'setCookie' | 'subprotocol' | 'visitorToken'>;

/** Finds out who asks, by key, login, machine or visitor's token, in this order. What they may is the gate's. */
export class Identity {
  readonly #options: IdentityOptions;
  /** Stays when the last key is removed: nobody becomes operator by that. */
  #demandsKey: boolean;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#demandsKey = !options.isLoopback || (options.keys?.count ?? 0) > 0;
  }

  get demandsKey(): boolean {
    return this.#demandsKey;
  }

  /** Sees to it that keys are as their file has them. */
  async refresh(): Promise<void> {
    const { keys } = this.#options;
    await keys?.refresh();
    if ((keys?.count ?? 0) > 0) this.#demandsKey = true;
  }

  /** @throws {AccessRefusal} 401, 403, 429 */
  async of(request: GateRequest, side: AskingSide, asked: AskedFor): Promise<Identified> {
    const { visitors } = this.#options;
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
      return { ...echo, ...visitors.admit(request, side, asked.mayKeepCookie) };
    throw this.#noKey(request, side);
  }

  /** @throws {AccessRefusal} 401, 429 */
  async entryOf(key: string, address: string): Promise<KeyEntry> {
    const { keys } = this.#options;
    const known = keys?.known(key);
    if (known !== undefined) return known;
    // After a restart all of a program's connections come back at once with the one key: that is one try.
    const underWay = keys?.underWay(key);
    const entry = underWay === undefined ? await this.#checked(key, address) : await underWay;
    if (entry !== undefined) return entry;
    throw new AccessRefusal(
      401,
      this.#demandsKey
        ? 'The key is wrong; `mmdagent-bridge keys list` shows which there are'
        : 'No keys are set up',
    );
  }

  /** @throws {AccessRefusal} 429 */
  async #checked(key: string, address: string): Promise<KeyEntry | undefined> {
    const { keys, wrongKeys, logger } = this.#options;
    const tries = wrongKeys.begin(address);
    const entry = await keys?.check(key);
    if (entry === undefined) logger.warn({ address, tries }, 'Wrong key');
    else wrongKeys.wasRight(address);
    return entry;
  }

  /** @returns undefined when nothing that could be a key came. */
  async #keyed(
    request: GateRequest,
    side: AskingSide,
    given: GivenKey | undefined,
    address: string,
  ): Promise<KeyEntry | undefined> {
    if (given !== undefined) return await this.entryOf(given.key, address);
    // The login is of our own pages: a listed site's page, such as on another port of this machine, does not get it.
    const entry = side.kind === 'listed' ? undefined : this.#options.logins?.find(request);
    if (entry !== undefined && side.kind === 'unsaid' && !isSafe(request))
      throw new AccessRefusal(
        403,
        'Expected the Origin header, which browsers send, or a key of the program that asks',
      );
    return entry;
  }

  #isVisitor(request: GateRequest, side: AskingSide): boolean {
    const { admitsVisitors, visitors } = this.#options;
    return admitsVisitors && (side.kind !== 'unsaid' || visitors.isKnown(request, side));
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
}

export function keyCaller({ name, role }: KeyEntry): Caller {
  return { id: `key:${name}`, role, label: `key:${name}` };
}
