import { BridgeError, errorText, RequestError } from '../runtime/index.js';
import type { Stage } from './conversation-events.js';

/** What ended a turn, as one of our errors. */
export function asBridgeError(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  return new RequestError('BRIDGE_ERR_LLM_FAILED', `The turn failed: ${errorText(error)}. Ask again.`, {
    cause: error,
  });
}

/** Of a reply that broke: what made its sound, or the way to be heard. */
export function brokenStage(error: BridgeError | undefined): Stage {
  return error?.code.startsWith('BRIDGE_ERR_LLM') === true ? 'model' : 'voice';
}

/** Of a turn that failed before its reply broke. */
export function stageOf(error: unknown): Stage {
  return error instanceof BridgeError && error.code.startsWith('BRIDGE_ERR_SPEECH') ? 'voice' : 'model';
}
