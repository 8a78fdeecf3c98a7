import { AvatarSocket } from '../../../src/aiavatar/avatar-socket.js';
import { roomOf } from '../../../src/aiavatar/ports.js';
import type { AvatarResponse } from '../../../src/aiavatar/response.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { FakeSessions } from '../../support/aiavatar/fake-sessions.js';

export const CALLER = { id: 'key:test', role: 'client', label: 'key:test' } as const;

/** A room with fake sessions, and connections without sockets. */
export function socketRig() {
  const sessions = new FakeSessions();
  let ids = 0;
  const clock = new FakeClock();
  const room = roomOf({ sessions, clock, logger: SILENT_LOGGER, newId: () => `id${++ids}` });

  function connect({
    query = '',
    caller = CALLER,
  }: {
    query?: string;
    caller?: typeof CALLER | object;
  } = {}) {
    const told: AvatarResponse[] = [];
    const closes: (readonly [code: number, reason: string])[] = [];
    const socket = new AvatarSocket({
      room,
      caller: caller as typeof CALLER,
      query: new URLSearchParams(query),
      userAgent: undefined,
      spendTurn: () => {},
      wire: {
        send: (text) => told.push(JSON.parse(text)),
        close: (code, reason) => closes.push([code, reason]),
      },
    });
    return {
      socket,
      told,
      closes,
      send: (frame: object) => socket.receive(JSON.stringify(frame)),
      start: (more: object = {}) => {
        socket.receive(JSON.stringify({ type: 'start', session_id: 's', user_id: 'u', ...more }));
        return sessions.last;
      },
      /** Types of what was told since the last call. */
      news: () => told.splice(0).map(({ type }) => type),
    };
  }

  return { sessions, room, clock, connect };
}

/** What is under way is done. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}
