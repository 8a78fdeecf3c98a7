import type { Topic } from '../control/index.js';
import type { BridgeClient } from './bridge-client.js';

/** Who wants what of a client. */
const wanted = new WeakMap<object, Map<object, readonly Topic[]>>();

/**
 * Asks for events besides those that others of the same client want: to the daemon a subscription replaces the one before it.
 *
 * @param owner - whoever asks; asked again, its new topics count.
 * @throws {BridgeError} what the daemon answered.
 */
export async function subscribe(
  client: Pick<BridgeClient, 'request'>,
  owner: object,
  topics: readonly Topic[],
): Promise<void> {
  const owners = wanted.get(client) ?? new Map<object, readonly Topic[]>();
  wanted.set(client, owners.set(owner, topics));
  await client.request('subscribe', { topics: [...new Set([...owners.values()].flat())] });
}

/** This owner wants nothing any more; what others want goes on. */
export function unsubscribe(client: Pick<BridgeClient, 'request'>, owner: object): void {
  wanted.get(client)?.delete(owner);
}
