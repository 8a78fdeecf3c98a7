import type { IncomingMessage } from 'node:http';
import type { IfBusy } from '../control/index.js';
import { HttpRefusal } from './http-answer.js';
import type { PlayTarget } from './play-sound.js';

const IF_BUSY: readonly string[] = ['queue', 'interrupt', 'fail'] satisfies IfBusy[];

/** @throws {HttpRefusal} 400 */
export function targetOf(query: URLSearchParams): PlayTarget {
  const lane = query.get('lane');
  const ifBusy = query.get('ifBusy');
  if (ifBusy !== null && !IF_BUSY.includes(ifBusy)) {
    throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', `Expected ifBusy to be one of ${IF_BUSY.join(', ')}`);
  }
  return {
    ...(lane === null ? {} : { lane }),
    ...(ifBusy === null ? {} : { ifBusy: ifBusy as IfBusy }),
  };
}

/** JSON lines are wanted, from the beginning to the end. */
export function isFollowed(request: IncomingMessage): boolean {
  return request.headers.accept?.includes('application/x-ndjson') === true;
}
