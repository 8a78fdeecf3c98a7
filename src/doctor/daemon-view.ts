import { type BridgeClient, DaemonClock } from '../client/index.js';
import type { Clock } from '../runtime/index.js';
import type { DaemonView } from './context.js';

/** A connected client as the doctor asks it. The client stays the caller's, to close. */
export function daemonView(client: BridgeClient, clock: Clock, isRemote: boolean): DaemonView {
  return {
    isRemote,
    status: () => client.request('status', {}),
    wallSkew: async () => {
      const daemonClock = await DaemonClock.measure(client, clock);
      return {
        skewMs: daemonClock.daemonMs(clock.nowMs()) - clock.wallMs(),
        errorMs: daemonClock.errorMs,
      };
    },
  };
}
