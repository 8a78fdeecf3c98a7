import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says. */
export interface TokenClaims {
  /** What it is good for: a token for one thing is none for another. */
  readonly purpose: string;
  /** Whom it names, in characters of base64url, `:` and names of keys. */
  readonly subject: string;
  /** On the gate's clock. */
  readonly expiresMs: number;
}

const MAC_CHARS = 43;

/**
 * Tokens that need no table: `SUBJECT.EXPIRY.MAC`, where the MAC is HMAC-SHA-256 of purpose, subject and expiry under a secret of
 * this process. A restart makes all of them strangers.
 */
export class TokenSigner {
  readonly #secret: Uint8Array;

  /** @param secret - 32 random bytes. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  sign({ purpose, subject, expiresMs }: TokenClaims): string {
    const body = `${Buffer.from(subject).toString('base64url')}.${Math.ceil(expiresMs).toString(36)}`;
    return `${body}.${this.#macOf(purpose, body)}`;
  }

  /** @returns undefined for every token that this signer did not make for the purpose, and for one that is over. */
  read(token: string, purpose: string, nowMs: number): TokenClaims | undefined {
    const match = /^([A-Za-z0-9_-]{1,256})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/.exec(token);
    if (match === null) return undefined;
    const [, subject = '', expiry = '', mac = ''] = match;
    const right = this.#macOf(purpose, token.slice(0, -MAC_CHARS - 1));
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(right))) return undefined;
    const expiresMs = Number.parseInt(expiry, 36);
    if (nowMs >= expiresMs) return undefined;
    return { purpose, subject: Buffer.from(subject, 'base64url').toString(), expiresMs };
  }

  #macOf(purpose: string, body: string): string {
    return createHmac('sha256', this.#secret).update(`${purpose}\0${body}`).digest('base64url');
  }
}
