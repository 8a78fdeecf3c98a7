import { BridgeError, type Logger, ProtocolError } from '../runtime/index.js';
import type { Failure } from './parts.js';

/** What a client is told of anything thrown. Only what was thrown on purpose tells its words. */
export function failureOf(error: unknown, logger: Logger): Failure {
  if (error instanceof BridgeError) {
    const { code, message, retryable } = error;
    return { code, message, retryable };
  }
  logger.error({ err: error }, 'Request of a program failed unexpectedly');
  return { code: 'BRIDGE_ERR_STATE', message: 'Something went wrong in the server', retryable: false };
}

/** A frame, or the parameters of a request, that are none of ours. */
export function malformed(message: string): ProtocolError {
  return new ProtocolError('BRIDGE_ERR_CONTROL_PROTOCOL', message);
}
