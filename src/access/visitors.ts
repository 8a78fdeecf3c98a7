import { randomBytes } from 'node:crypto';
import type { Clock } from '../runtime/index.js';
import type { AskingSide } from './asking-side.js';
import type { Admission, Caller } from './caller.js';
import { cookieName, visitorCookie } from './cookies.js';
import { cookiesNamed, visitorGiven } from './credentials.js';
import type { GateRequest } from './gate-request.js';
import { isSafe } from './gate-request.js';
import type { TokenClaims, TokenSigner } from './signed-token.js';

export interface VisitorsOptions {
  readonly signer: TokenSigner;
  readonly clock: Clock;
  /** Of cookies. */
  readonly path: string;
  readonly random?: (bytes: number) => Buffer;
}

/** A visitor of a week ago begins anew. */
const LIFE_MS = 7 * 24 * 3_600_000;
const ID_BYTES = 16;

/**
 * Who uses pages without a key: somebody with 128 random bits of ours.
 *
 * What it guards, and against whom:
 * - A visitor's token is signed (HMAC, secret of this process), so nobody can make one up or be another visitor by choosing an id; a
 *   restart of the bridge makes every visitor a new one.
 * - On our own pages it is a cookie that no script reads (HttpOnly) and other sites' pages cannot make a browser use for anything that
 *   does something (SameSite=Lax, and the gate wants our Origin).
 * - On another site's page the browser may keep no cookie of ours. The token is then told to that page, which gives it back as header
 *   `X-Bridge-Visitor` or WebSocket subprotocol `Visitor.TOKEN` and keeps it in memory. Whoever runs scripts in that page can read what
 *   the page reads anyway, this visitor's conversations; nothing else opens with it: a token counts for the origin it was given to,
 *   never for another site's or our own pages, and never more than role visitor.
 * - It is no proof of a person: programs can have as many as they like, so visitors are limited by address too.
 */
export class Visitors {
  readonly #options: VisitorsOptions;

  constructor(options: VisitorsOptions) {
    this.#options = options;
  }

  /** The visitor whose token came, or a new one. */
  admit(
    request: GateRequest,
    side: AskingSide,
    mayKeepCookie: boolean,
  ): Pick<Admission, 'caller' | 'setCookie' | 'subprotocol' | 'visitorToken'> {
    const { signer, clock, path, random = randomBytes } = this.#options;
    const given = visitorGiven(request);
    const found = this.#find(request, side, given?.token);
    const nowMs = clock.nowMs();
    const isFresh = found !== undefined && found.expiresMs - nowMs > LIFE_MS / 2;
    const subject = found?.subject ?? random(ID_BYTES).toString('base64url');
    const caller = visitorCaller(subject);
    const subprotocol = given?.subprotocol === undefined ? {} : { subprotocol: given.subprotocol };
    if (isFresh) return { caller, ...subprotocol };
    const token = signer.sign({ purpose: purposeOf(side), subject, expiresMs: nowMs + LIFE_MS });
    const setCookie = mayKeepCookie
      ? visitorCookie(request, side, { token, path, maxAgeS: LIFE_MS / 1000 })
      : undefined;
    return {
      caller,
      ...subprotocol,
      ...(setCookie === undefined ? {} : { setCookie }),
      ...(side.kind === 'listed' ? { visitorToken: token } : {}),
    };
  }

  /** Whether a visitor of this side has come before; for reads of which the browser does not say whose page asks. */
  isKnown(request: GateRequest, side: AskingSide): boolean {
    return this.#find(request, side, visitorGiven(request)?.token) !== undefined;
  }

  #find(request: GateRequest, side: AskingSide, token: string | undefined): TokenClaims | undefined {
    const { signer, clock } = this.#options;
    // A cookie comes by itself: where no page is named, it must not do anything.
    const mayUseCookie = side.kind !== 'unsaid' || isSafe(request);
    const cookies = mayUseCookie ? cookiesNamed(request, cookieName('visitor', request, side)) : [];
    // What the page itself gives back goes before what the browser adds.
    for (const candidate of token === undefined ? cookies : [token, ...cookies]) {
      const claims = signer.read(candidate, purposeOf(side), clock.nowMs());
      if (claims !== undefined) return claims;
    }
    return undefined;
  }
}

function purposeOf(side: AskingSide): string {
  return side.kind === 'listed' ? `visitor of ${side.origin}` : 'visitor';
}

function visitorCaller(subject: string): Caller {
  return { id: `visitor:${subject}`, role: 'visitor', label: `visitor:${subject.slice(0, 6)}…` };
}
