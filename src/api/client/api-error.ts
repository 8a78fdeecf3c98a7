import { BridgeError, type ErrorCode } from '../../runtime/index.js';
import type { Failure } from '../parts.js';

/**
 * What the server refused, or why it could not be asked. `code` is one of the table in the README, or one that a newer server has.
 *
 * BRIDGE_ERR_DAEMON_UNREACHABLE, retryable: no answer came in time, or the connection was lost for too long; it may have been done.
 */
export class ApiError extends BridgeError {
  /** HTTP status, of a request by HTTP. */
  readonly status: number | undefined;

  constructor({ code, message, retryable }: Failure, status?: number) {
    super(code as ErrorCode, message, { retryable });
    this.status = status;
  }
}

export function lostError(message: string): ApiError {
  return new ApiError({ code: 'BRIDGE_ERR_DAEMON_UNREACHABLE', message, retryable: true });
}

/** Of calls after `close`. */
export function closedError(): ApiError {
  return new ApiError({
    code: 'BRIDGE_ERR_STATE',
    message: 'The connection was closed here',
    retryable: false,
  });
}

/** For calls that nobody has to wait for: who does not is not told of a failure. @returns the same promise. */
export function unwatched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
