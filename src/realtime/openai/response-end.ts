import { ProviderError } from '../../runtime/index.js';
import type { EngineFace } from '../../vendor/index.js';
import type { RealtimeEndReason } from '../realtime.js';
import type { DoneResponse } from './server-event.js';

/** @source openai-node 7b7d6ca realtime.ts RealtimeResponseStatus.reason */
export function endReason({ status, reason }: DoneResponse, hasCalls: boolean): RealtimeEndReason {
  if (status === 'cancelled') return 'cancelled';
  if (status === 'incomplete') return reason === 'content_filter' ? 'filter' : 'length';
  return hasCalls ? 'calls' : 'stop';
}

/** A failure that the server does not explain. */
export function reportedError(face: EngineFace): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_LLM_FAILED',
    `${face.name}: ${face.place} failed to answer and did not say why; try again`,
    { provider: face.name, retryable: true },
  );
}
