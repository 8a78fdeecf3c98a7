import { type Clock, type ErrorCode, errorText, ProviderError } from '../runtime/index.js';
import type { Redaction } from './redaction.js';

/** How a kind of service names what goes wrong: speech, models and memories have their own codes and advice. */
export interface FaultFamily {
  readonly codes: {
    /** 401, 403, or no key at all. */
    readonly key: ErrorCode;
    readonly unreachable: ErrorCode;
    /** 404. */
    readonly absent: ErrorCode;
    /** Other 4xx. */
    readonly refused: ErrorCode;
    /** 402, 429, 503, 529. */
    readonly busy: ErrorCode;
    readonly failed: ErrorCode;
    readonly stalled: ErrorCode;
    readonly truncated: ErrorCode;
  };
  /** What to do about a 404. */
  readonly absentHelp: string;
  /** What to do about a request that was not accepted. */
  readonly refusedHelp: string;
  /** What to do about an answer that is too long. */
  readonly tooMuchHelp: string;
}

/** What errors need to know of an engine. */
export interface EngineFace {
  readonly family: FaultFamily;
  /** Its name in the settings. */
  readonly name: string;
  /** Host and port, for messages; never with a user, a path or a query. */
  readonly place: string;
  /** Ends "the key was refused; ...": where the key comes from. */
  readonly keyHelp: string;
  /** Ends "does not answer; ...": how to start it or what to check. */
  readonly reachHelp: string;
  /** What this vendor means by a status, where it differs from the usual. */
  readonly meaning?: (status: number, words: string) => StatusMeaning | undefined;
}

export interface StatusMeaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly advice: string;
}

interface StatusFacts {
  readonly face: EngineFace;
  readonly status: number;
  readonly headers: Headers;
  /** The vendor's sentence, already without keys and text. */
  readonly words: string;
  readonly clock: Clock;
}

/** Names under which vendors send their number of a request. */
const REQUEST_ID_HEADERS = [
  'x-request-id',
  'x-requestid',
  'request-id',
  'apim-request-id',
  'x-ms-request-id',
  'x-goog-request-id',
];
const MAX_RETRY_AFTER_MS = 86_400_000;

/** The vendor's name for the request, or undefined. */
export function requestIdIn(headers: Headers): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}

/**
 * How long the vendor asks to wait, from `retry-after-ms` or `Retry-After` (seconds or a date), at most a day.
 *
 * @source RFC 9110 section 10.2.3
 */
export function retryAfterMs(headers: Headers, clock: Clock): number | undefined {
  const millis = headers.get('retry-after-ms');
  if (millis !== null && /^\d+(\.\d+)?$/.test(millis.trim())) return atMostADay(Number(millis));
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return atMostADay(Number(value) * 1000);
  const untilMs = Date.parse(value);
  return Number.isNaN(untilMs) ? undefined : atMostADay(Math.max(0, untilMs - clock.wallMs()));
}

function atMostADay(ms: number): number {
  return Math.min(Math.round(ms), MAX_RETRY_AFTER_MS);
}

/** An answer that is no success. */
export function statusFault(facts: StatusFacts): ProviderError {
  const { face, status, headers, words, clock } = facts;
  const { code, retryable, advice } = face.meaning?.(status, words) ?? usualMeaning(status, face);
  const said = words === '' ? '' : `: "${words}"`;
  const waitMs = retryAfterMs(headers, clock);
  const id = requestIdIn(headers);
  return new ProviderError(code, `${face.name}: ${face.place} answered ${status}${said}; ${advice}`, {
    provider: face.name,
    status,
    retryable,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(id === undefined ? {} : { requestId: id }),
  });
}

function usualMeaning(status: number, face: EngineFace): StatusMeaning {
  const { codes, absentHelp, refusedHelp } = face.family;
  const meant = (code: ErrorCode, retryable: boolean, advice: string): StatusMeaning => ({
    code,
    retryable,
    advice,
  });
  if (status >= 300 && status < 400)
    return meant(codes.failed, false, 'redirects are not followed: set the final address');
  switch (status) {
    case 401:
    case 403:
      return meant(codes.key, false, `the key is missing or was refused: ${face.keyHelp}`);
    case 402:
      return meant(codes.busy, false, 'its quota is used up: see the account at the vendor');
    case 404:
      return meant(codes.absent, false, absentHelp);
    case 408:
      return meant(codes.stalled, true, 'try again');
    case 429:
      return meant(codes.busy, true, 'too many requests or no quota left: try again later');
    case 503:
    case 529:
      return meant(codes.busy, true, 'it is overloaded or starting: try again later');
    default:
      if (status >= 500)
        return meant(
          codes.failed,
          true,
          'it failed by itself: try again, or see what it says about its state',
        );
      return meant(codes.refused, false, refusedHelp);
  }
}

/** The connection could not be made, or broke before the answer began. */
export function unreachableFault(face: EngineFace, redaction: Redaction, cause: unknown): ProviderError {
  const reason = redaction.apply(connectionWords(cause));
  return new ProviderError(
    face.family.codes.unreachable,
    `${face.name}: ${face.place} cannot be reached (${reason}); ${face.reachHelp}`,
    { provider: face.name, retryable: true },
  );
}

/** The connection broke, or the answer ended, before all of it had come. */
export function truncatedFault(face: EngineFace, detail: string): ProviderError {
  return new ProviderError(
    face.family.codes.truncated,
    `${face.name}: expected the whole answer of ${face.place}, but ${detail}; try again`,
    { provider: face.name, retryable: true },
  );
}

/** Nothing comes any more. */
export function stalledFault(face: EngineFace, waitedMs: number, hasAnswered: boolean): ProviderError {
  const seconds = Math.round(waitedMs / 100) / 10;
  return hasAnswered
    ? new ProviderError(
        face.family.codes.stalled,
        `${face.name}: ${face.place} began to answer and then sent nothing for ${seconds} s; try again, or raise idleMs`,
        { provider: face.name, retryable: true },
      )
    : new ProviderError(
        face.family.codes.unreachable,
        `${face.name}: ${face.place} did not answer within ${seconds} s; ${face.reachHelp}, or raise firstByteMs`,
        { provider: face.name, retryable: true },
      );
}

/** It answered with success and something that is not what it promises. */
export function failedFault(face: EngineFace, detail: string, cause?: unknown): ProviderError {
  return new ProviderError(face.family.codes.failed, `${face.name}: ${detail}`, {
    provider: face.name,
    cause,
  });
}

/** The answer is longer than it may be. */
export function tooMuchFault(face: EngineFace, maxBytes: number): ProviderError {
  return failedFault(
    face,
    `expected at most ${maxBytes} bytes, and ${face.place} sent more; ${face.family.tooMuchHelp}`,
  );
}

/** @throws {ProviderError} the family's code for keys - without a word to the vendor. */
export function requireKey(face: EngineFace, key: string | undefined): string {
  if (key !== undefined && key !== '') return key;
  throw new ProviderError(
    face.family.codes.key,
    `${face.name}: expected a key for ${face.place}, got none: ${face.keyHelp}`,
    { provider: face.name },
  );
}

/** What the system says of a connection: codes of Node and undici hide one or two causes deep. */
function connectionWords(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    const cause = (at as { cause?: unknown }).cause;
    if (cause === undefined) break;
    at = cause;
  }
  return errorText(at);
}
