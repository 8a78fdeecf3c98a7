import type { LaneStatus } from '../control/messages.js';

/** Where sound goes when nobody chose: the daemon's own rule, told ahead. */
export type Target =
  | { readonly kind: 'real' | 'simulator' | 'waiting'; readonly lane: LaneStatus }
  | { readonly kind: 'several' | 'none' };

/** A real MMDAgent-EX is there. */
export function isConnected(lane: LaneStatus): boolean {
  return lane.state !== 'disconnected' && lane.state !== 'closed';
}

/** @param chosen - lane that was chosen by hand; it counts only while it is there. */
export function targetOf(lanes: readonly LaneStatus[], chosen: string | undefined): Target {
  const named = lanes.find(({ lane }) => lane === chosen);
  if (named !== undefined) return { kind: kindOf(named), lane: named };
  const fitting = lanes.filter(({ carriesSound }) => carriesSound);
  const real = fitting.filter(({ isSimulator }) => !isSimulator);
  const connected = real.filter(isConnected);
  const candidates = [connected, fitting.filter(({ isSimulator }) => isSimulator), real].find(
    ({ length }) => length > 0,
  );
  const [only, second] = candidates ?? [];
  if (only === undefined) return { kind: 'none' };
  return second === undefined ? { kind: kindOf(only), lane: only } : { kind: 'several' };
}

function kindOf(lane: LaneStatus): 'real' | 'simulator' | 'waiting' {
  if (lane.isSimulator) return 'simulator';
  return isConnected(lane) ? 'real' : 'waiting';
}
