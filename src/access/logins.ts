import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../runtime/index.js';
import { fingerprintOf, type KeyEntry } from './access-key.js';
import { cookieName } from './cookies.js';
import { cookiesNamed } from './credentials.js';
import type { GateRequest } from './gate-request.js';
import type { KeyRing } from './key-ring.js';
import { RecentTable } from './recent-table.js';
import type { TokenSigner } from './signed-token.js';

export interface LoginsOptions {
  readonly signer: TokenSigner;
  readonly clock: Clock;
  readonly keys: KeyRing;
  readonly lastsMs: number;
  readonly random?: (bytes: number) => Buffer;
}

const PURPOSE = 'login';
const NONCE_BYTES = 16;
const MAX_ENDED = 10_000;

/**
 * Logins of browsers: a signed token that names the entry of the key, never the key. It ends with its time, with the key's removal,
 * with a logout, and with this process.
 */
export class Logins {
  readonly #options: LoginsOptions;
  /** SHA-256 of tokens that were logged out, until they would have ended anyway. */
  readonly #ended = new RecentTable<true>(MAX_ENDED);

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  begin(entry: KeyEntry): string {
    const { signer, clock, lastsMs, random = randomBytes } = this.#options;
    const subject = `${fingerprintOf(entry)}:${random(NONCE_BYTES).toString('base64url')}`;
    return signer.sign({ purpose: PURPOSE, subject, expiresMs: clock.nowMs() + lastsMs });
  }

  /** The entry of the key that the request's browser is logged in with. */
  find(request: GateRequest): KeyEntry | undefined {
    const { signer, clock, keys } = this.#options;
    for (const token of this.#cookies(request)) {
      const claims = signer.read(token, PURPOSE, clock.nowMs());
      if (claims === undefined || this.#ended.get(digestOf(token)) === true) continue;
      const entry = keys.entry(claims.subject.split(':')[0] ?? '');
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  end(request: GateRequest): void {
    const { signer, clock } = this.#options;
    for (const token of this.#cookies(request))
      if (signer.read(token, PURPOSE, clock.nowMs()) !== undefined) this.#ended.set(digestOf(token), true);
  }

  #cookies(request: GateRequest): string[] {
    return cookiesNamed(request, cookieName('key', request));
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
