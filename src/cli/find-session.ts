import type { KeptConversations, SessionRecord } from '../kept/index.js';
import { isSessionId } from '../kept/index.js';
import { ConfigError, RequestError } from '../runtime/index.js';

/** What an id may be cut to; those that are listed are longer. */
const BEGINNING = /^[0-9a-f]{4,32}$/;
const LISTED_DIGITS = 8;
const MAX_NAMED = 5;

/** Whether this may be an id, or the beginning of one. */
export function isSessionName(given: string): boolean {
  return BEGINNING.test(given.trim().toLowerCase());
}

/**
 * The session that is meant.
 *
 * @param given - its id, or as many digits of its beginning as no other has; 4 at least.
 * @throws {ConfigError} BRIDGE_ERR_USAGE - no id.
 * @throws {RequestError} BRIDGE_ERR_KEPT - there is none, there are several, or it cannot be read.
 */
export async function findSession(kept: KeptConversations, given: string): Promise<SessionRecord> {
  const name = given.trim().toLowerCase();
  if (!BEGINNING.test(name))
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `Expected the id of a kept session (hexadecimal digits, 4 at least; \`mmdagent-bridge sessions list\` shows them), got "${given.slice(0, 40)}"`,
    );
  const session = await kept.read(isSessionId(name) ? name : await wholeId(kept, name));
  if (session === undefined) throw noSession(name);
  return session;
}

/** So many digits of each id tell it from all others; 8 at least. */
export function digitsToTell(ids: readonly string[]): number {
  const sorted = [...ids].sort();
  let digits = LISTED_DIGITS;
  for (const [at, id] of sorted.entries())
    digits = Math.max(digits, 1 + sharedDigits(id, sorted[at + 1] ?? ''));
  return digits;
}

async function wholeId(kept: KeptConversations, beginning: string): Promise<string> {
  const all = await kept.list({ limit: Number.POSITIVE_INFINITY });
  const meant = all.map(({ id }) => id).filter((id) => id.startsWith(beginning));
  const [only, second] = meant;
  if (only === undefined) throw noSession(beginning);
  if (second === undefined) return only;
  const digits = digitsToTell(meant);
  const named = meant.slice(0, MAX_NAMED).map((id) => id.slice(0, digits));
  throw new RequestError(
    'BRIDGE_ERR_KEPT',
    `Expected the beginning of one session's id, got ${beginning}, which ${meant.length} have: ${named.join(', ')}${meant.length > MAX_NAMED ? ', …' : ''}. Give more digits`,
  );
}

function noSession(name: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_KEPT',
    `Expected a kept session, got ${name}, which none is called. \`mmdagent-bridge sessions list\` shows those that there are`,
  );
}

function sharedDigits(one: string, other: string): number {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count++;
  return count;
}
