import { BridgeError, errorText, isAbortError, RequestError } from '../runtime/index.js';

/** An engine's error as one of ours. */
export function asFailure(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const text = isAbortError(error) ? 'The speech engine ended by itself' : errorText(error);
  return new RequestError('BRIDGE_ERR_SPEECH_FAILED', text, { cause: error });
}
