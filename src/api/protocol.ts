/** Versions of the WebSocket protocol that this program speaks, oldest first. */
export const API_VERSIONS: readonly number[] = [1];
/** The one that is spoken where a client offers none. */
export const API_VERSION = 1;
/** Before the version in a WebSocket subprotocol: `mmdagent-bridge.v1`. */
export const SUBPROTOCOL_PREFIX = 'mmdagent-bridge.v';

/** What a `welcome` may name; a client ignores what it does not know. */
export const API_FEATURES: readonly string[] = ['resume', 'sound', 'microphone', 'pictures', 'lanes'];

/** Why a connection was ended by the server, besides those of WebSocket itself (1001: it closes, 1009: a frame is too large). */
export const CLOSE_CODES = {
  /** Too many frames that are none. */
  malformed: 4400,
  /** No version in common; the reason lists those that are spoken. */
  version: 4406,
  /** Said no hello in time, or reads too slowly. It may resume. */
  slow: 4408,
  /** The connection was resumed elsewhere. */
  replaced: 4409,
  /** Too many connections of this caller. */
  tooMany: 4429,
} as const;

/** Bounds of one connection. What is beyond them is refused, never cut. */
export const API_LIMITS = {
  /** One frame, either kind: four pictures of 4 MiB in base64, and the words around them. */
  frameBytes: 24 * 1024 * 1024,
  /** One piece of sound: two seconds of the microphone, or more than that of a lane. */
  soundBytes: 64 * 1024,
  sessions: 64,
  requestsInFlight: 256,
  textChars: 10_000,
  nameChars: 128,
  /** Of one connection that nobody reads: kept so long, or so much. */
  keptMs: 30_000,
  keptBytes: 1024 * 1024,
  /** Behind by so much, a reader gets only what it must know. */
  behindBytes: 512 * 1024,
  /** A reader that is behind by so much is ended. */
  unsentBytes: 4 * 1024 * 1024,
  helloMs: 10_000,
  /** Speeches of one connection on lanes, at a time. */
  speeches: 8,
  /** So many frames that are none, with one forgiven each ten seconds. */
  malformedFrames: 20,
  connectionsPerCaller: 1000,
} as const;

/** Subprotocols that say who asks rather than what is spoken. */
const CREDENTIAL = /^(?:authorization|visitor)\./i;

/**
 * The highest version of those that a client offers by WebSocket subprotocols. One that offers none speaks the first.
 *
 * @returns undefined when it offers some, and none of ours.
 */
export function commonVersion(offered: readonly string[]): number | undefined {
  const names = offered.filter((name) => !CREDENTIAL.test(name));
  if (names.length === 0) return API_VERSION;
  const common = API_VERSIONS.filter((version) => names.includes(`${SUBPROTOCOL_PREFIX}${version}`));
  return common.length === 0 ? undefined : Math.max(...common);
}
