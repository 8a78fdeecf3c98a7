import { RequestError } from '../runtime/index.js';
import type { LaneState } from './events.js';

/** The connection ended under a request. */
export function linkLost(lane: string, cause?: unknown): RequestError {
  const options = cause === undefined ? { retryable: true } : { retryable: true, cause };
  return new RequestError(
    'BRIDGE_ERR_LINK_LOST',
    `The connection of lane ${lane} to MMDAgent-EX ended`,
    options,
  );
}

/** Nothing could be sent in time; says what is missing. */
export function notReady(
  lane: string,
  waitedMs: number,
  state: LaneState,
  isOtherModel: boolean,
  model: string,
): RequestError {
  return new RequestError(
    'BRIDGE_ERR_LANE_NOT_READY',
    `Lane ${lane} was not ready after ${Math.round(waitedMs / 100) / 10} s: ${whyNot(state, isOtherModel, model)}`,
    { retryable: true },
  );
}

/** The lane was closed: there is nothing to wait for. */
export function laneClosed(lane: string): RequestError {
  return new RequestError('BRIDGE_ERR_LANE_NOT_READY', `Lane ${lane} is closed: the daemon is ending`, {
    retryable: true,
  });
}

function whyNot(state: LaneState, isOtherModel: boolean, model: string): string {
  switch (state.status) {
    case 'closed':
      return 'it is closed';
    case 'disconnected':
      return 'no MMDAgent-EX is connected. Start it with a matching .mdf (see `mmdagent-bridge mdf`)';
    case 'waiting':
      return 'MMDAgent-EX is connected but does not answer yet (it may be loading)';
    case 'ready':
      if (!isOtherModel) return 'MMDAgent-EX is connected but takes nothing at the moment';
      break;
    case 'modelMissing':
      break;
  }
  return `MMDAgent-EX runs but has no model with the alias "${model}". Name another with --model`;
}
