import { BridgeError, type ErrorCode } from '../runtime/index.js';
import { readableHeaders } from './cross-origin.js';

/** What is wrong with a request decides its status. */
export type RefusalStatus = 400 | 401 | 403 | 429;

const CODE_OF: Readonly<Record<RefusalStatus, ErrorCode>> = {
  400: 'BRIDGE_ERR_ACCESS',
  401: 'BRIDGE_ERR_ACCESS',
  403: 'BRIDGE_ERR_ACCESS',
  429: 'BRIDGE_ERR_RATE',
};

/**
 * A request that may not go on. Its text is made of what was expected and never of what came, so that no key or cookie can be in it.
 *
 * 400: no usable Host header. 401: no key, or a wrong one. 403: the key is not at fault, but the origin, the host or the role.
 * 429: too much; `retryAfterS` tells when again.
 */
export class AccessRefusal extends BridgeError {
  readonly status: RefusalStatus;
  /** Whole seconds, 1 or more; with 429 only. */
  readonly retryAfterS: number | undefined;
  /** The listed origin whose page may read why. */
  readonly allowOrigin: string | undefined;

  constructor(status: RefusalStatus, message: string, more: RefusalDetails = {}) {
    super(CODE_OF[status], message, { retryable: status === 429 });
    this.status = status;
    this.retryAfterS = more.retryAfterS;
    this.allowOrigin = more.allowOrigin;
  }

  /** The same, for a page of this origin to read: without leave, all that it learns is that something failed. */
  readableTo(allowOrigin: string): AccessRefusal {
    const { status, message, retryAfterS } = this;
    return new AccessRefusal(status, message, { retryAfterS, allowOrigin });
  }

  /** For the answer. */
  get headers(): Readonly<Record<string, string>> {
    return {
      ...(this.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="mmdagent-bridge"' } : {}),
      ...(this.retryAfterS === undefined ? {} : { 'Retry-After': String(this.retryAfterS) }),
      ...(this.allowOrigin === undefined ? {} : readableHeaders(this.allowOrigin)),
    };
  }
}

interface RefusalDetails {
  readonly retryAfterS?: number | undefined;
  readonly allowOrigin?: string | undefined;
}

/** @param waitMs - until it may succeed. */
export function tooMuch(what: string, waitMs: number): AccessRefusal {
  const waitS = Math.max(1, Math.ceil(waitMs / 1000));
  return new AccessRefusal(429, `${what}: try again in ${waitS} s`, { retryAfterS: waitS });
}
