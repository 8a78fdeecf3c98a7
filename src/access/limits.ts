import { isIPv6 } from 'node:net';
import { type Clock, ConfigError } from '../runtime/index.js';
import { tooMuch } from './access-refusal.js';
import type { Admission } from './caller.js';
import { RecentTable } from './recent-table.js';

/** So much a second in the long run, and so much at once after a rest. */
export interface Rate {
  readonly perS: number;
  readonly burst: number;
}

/** What one caller, or one address, may use. */
export interface Limits {
  /** Requests and WebSocket handshakes. */
  readonly requests: Rate;
  /** Things said to an avatar. */
  readonly turns: Rate;
  /** Bytes that come in: uploads and frames. */
  readonly bytes: Rate;
  /** WebSockets and event streams at the same time. */
  readonly connections: number;
}

export type Spending = 'requests' | 'turns' | 'bytes';

/** Whose limits there are. `address`: all visitors of one address together, and who has no key. `operator` holds for `local` too. */
export type LimitTable = Readonly<Record<'visitor' | 'address' | 'client' | 'operator', Limits>>;

const MB = 1_000_000;

/** Of programs: more than 200 conversations with a microphone each (16 ms frames in base64 are 43 KB/s) need. */
const MANY: Limits = {
  requests: { perS: 500, burst: 2000 },
  turns: { perS: 50, burst: 500 },
  bytes: { perS: 50 * MB, burst: 1000 * MB },
  connections: 1000,
};

export const DEFAULT_LIMITS: LimitTable = {
  // One person with a few tabs: speaks every few seconds, sends a microphone and now and then a picture.
  visitor: {
    requests: { perS: 10, burst: 60 },
    turns: { perS: 0.5, burst: 6 },
    bytes: { perS: 0.2 * MB, burst: 20 * MB },
    connections: 8,
  },
  // An office or a school behind one address.
  address: {
    requests: { perS: 50, burst: 300 },
    turns: { perS: 5, burst: 40 },
    bytes: { perS: 4 * MB, burst: 200 * MB },
    connections: 100,
  },
  client: MANY,
  operator: MANY,
};

interface Bucket {
  level: number;
  atMs: number;
}

/** An account with its limits. */
interface Account {
  readonly name: string;
  readonly limits: Limits;
}

const MAX_BUCKETS = 20_000;

/**
 * How much everybody has used: token buckets by caller, and for visitors by address too, since a visitor without a cookie is a new one
 * each time. Bounded: of more than 20,000 buckets the one used longest ago is forgotten, that is full again.
 *
 * A spending larger than the burst passes when the bucket is full, and is then worked off.
 */
export class LimitBook {
  readonly #table: LimitTable;
  readonly #clock: Clock;
  readonly #buckets = new RecentTable<Bucket>(MAX_BUCKETS);
  readonly #connections = new Map<string, number>();

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a limit that is no positive number. */
  constructor(table: LimitTable, clock: Clock) {
    checkTable(table);
    this.#table = table;
    this.#clock = clock;
  }

  /** @throws {AccessRefusal} 429 - nothing was taken from any account. */
  spend(from: Pick<Admission, 'caller' | 'address'>, what: Spending, amount = 1): void {
    this.#spend(this.#accountsOf(from), what, amount);
  }

  /** Of one who is nobody yet. @throws {AccessRefusal} 429 */
  spendOfAddress(address: string, what: Spending, amount = 1): void {
    this.#spend([this.#addressAccount(address)], what, amount);
  }

  /**
   * Counts a connection until the returned function is called, which may be called again.
   *
   * @throws {AccessRefusal} 429
   */
  connect(from: Pick<Admission, 'caller' | 'address'>): () => void {
    const accounts = this.#accountsOf(from);
    const full = accounts.find(
      ({ name, limits }) => (this.#connections.get(name) ?? 0) >= limits.connections,
    );
    if (full !== undefined)
      throw tooMuch(
        `Expected at most ${full.limits.connections} connections at the same time`,
        CONNECTION_WAIT_MS,
      );
    for (const { name } of accounts) this.#count(name, 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      for (const { name } of accounts) this.#count(name, -1);
    };
  }

  clear(): void {
    this.#buckets.clear();
  }

  #accountsOf({ caller, address }: Pick<Admission, 'caller' | 'address'>): Account[] {
    const own = { name: caller.id, limits: this.#table[caller.role] };
    return caller.role === 'visitor' && !caller.id.startsWith('key:')
      ? [this.#addressAccount(address), own]
      : [own];
  }

  #addressAccount(address: string): Account {
    return { name: `address:${networkOf(address)}`, limits: this.#table.address };
  }

  #spend(accounts: readonly Account[], what: Spending, amount: number): void {
    const nowMs = this.#clock.nowMs();
    const buckets: Bucket[] = [];
    for (const { name, limits } of accounts) {
      const { perS, burst } = limits[what];
      const bucket = this.#bucket(`${what} ${name}`, burst);
      bucket.level = Math.min(burst, bucket.level + ((nowMs - bucket.atMs) / 1000) * perS);
      bucket.atMs = nowMs;
      const missing = Math.min(amount, burst) - bucket.level;
      // What floating point leaves over is not waited for.
      if (missing > 1e-6) throw tooMuch(TOO_MUCH[what], (missing / perS) * 1000);
      buckets.push(bucket);
    }
    for (const bucket of buckets) bucket.level -= amount;
  }

  #bucket(name: string, burst: number): Bucket {
    const found = this.#buckets.get(name);
    if (found !== undefined) return found;
    const full = { level: burst, atMs: this.#clock.nowMs() };
    this.#buckets.set(name, full);
    return full;
  }

  #count(name: string, step: number): void {
    const count = (this.#connections.get(name) ?? 0) + step;
    if (count <= 0) this.#connections.delete(name);
    else this.#connections.set(name, count);
  }
}

const CONNECTION_WAIT_MS = 5000;
const TOO_MUCH: Readonly<Record<Spending, string>> = {
  requests: 'Too many requests',
  turns: 'Too much was said in a short time',
  bytes: 'Too many bytes were sent in a short time',
};

/** Whose an address is: of IPv6 the first 64 bits, in which one household may choose any. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function checkTable(table: LimitTable): void {
  for (const [who, limits] of Object.entries(table)) {
    const { requests, turns, bytes, connections } = limits;
    const numbers = [requests, turns, bytes].flatMap(({ perS, burst }) => [perS, burst]);
    if (
      [...numbers, connections].every((value) => value > 0) &&
      [requests, turns].every(({ burst }) => burst >= 1)
    )
      continue;
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `Expected limits of ${who} above 0, and bursts of 1 or more`,
    );
  }
}
