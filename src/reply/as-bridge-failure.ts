import { BridgeError, errorText, isAbortError, RequestError } from '../runtime/index.js';

/** Why a reply ended, as one of our errors. */
export function asBridgeFailure(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const text = isAbortError(error) ? 'What speaks ended by itself' : errorText(error);
  return new RequestError('BRIDGE_ERR_SPEECH_FAILED', text, { cause: error });
}
