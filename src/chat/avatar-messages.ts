import { type BridgeClient, DaemonClock } from '../client/index.js';
import type { PeerSinkPorts } from '../expression/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { AvatarWatch } from './avatar-watch.js';

export interface AvatarMessagesOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly avatar: AvatarWatch;
  readonly logger: Logger;
}

/**
 * Sends the messages of expressions to the avatar of a conversation, at their time. Without an avatar they are dropped: an
 * expression that comes later than its sentence is wrong. Never rejects.
 */
export async function avatarMessages({
  client,
  clock,
  avatar,
  logger,
}: AvatarMessagesOptions): Promise<PeerSinkPorts['send']> {
  const daemon = await DaemonClock.measure(client, clock);
  return async (message, at) => {
    const { lane } = avatar;
    if (lane === undefined || lane.state !== 'ready') return;
    const timed = at === undefined ? {} : { actAtMs: daemon.daemonMs(at.actAtMs) };
    try {
      await client.request('send', { lane: lane.lane, message, ...timed });
    } catch (error) {
      logger.warn({ err: error }, 'An expression did not reach the avatar');
    }
  };
}
