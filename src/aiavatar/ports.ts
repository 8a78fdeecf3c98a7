import { randomUUID } from 'node:crypto';
import type { EndpointPorts } from '../server/index.js';
import type { Session, Sessions } from '../sessions/index.js';
import { AwaitedPictures } from './awaited-pictures.js';
import { LiveSockets } from './live-sockets.js';

export interface AIAvatarOptions {
  /** Makes names of users, turns and sessions that a client left unnamed. @default random UUIDs */
  readonly newId?: (() => string) | undefined;
  /** How long a stream of events may be silent, milliseconds: clients of AIAvatarKit give up after 10 s. @default 5000 */
  readonly pingEveryMs?: number | undefined;
}

export interface AIAvatarPorts extends EndpointPorts, AIAvatarOptions {
  readonly sessions: Sessions;
}

/** What everything of the room shares. */
export interface Room {
  readonly sessions: Sessions;
  readonly clock: EndpointPorts['clock'];
  readonly logger: EndpointPorts['logger'];
  readonly newId: () => string;
  readonly pingEveryMs: number;
  readonly pictures: AwaitedPictures;
  readonly live: LiveSockets;
}

export function roomOf(ports: AIAvatarPorts): Room {
  return {
    sessions: ports.sessions,
    clock: ports.clock,
    logger: ports.logger,
    newId: ports.newId ?? randomUUID,
    pingEveryMs: ports.pingEveryMs ?? 5000,
    pictures: new AwaitedPictures(),
    live: new LiveSockets(),
  };
}

/** Of the sound that a session gives its client, Hz. */
export const REPLY_RATE_HZ = 24_000;

/** Of the sound that this session gives, Hz: one that was there before keeps its own. */
export function rateOf(session: Session): number {
  const { voice } = session.wish;
  return (voice.to === 'client' ? voice.sampleRateHz : undefined) ?? REPLY_RATE_HZ;
}
