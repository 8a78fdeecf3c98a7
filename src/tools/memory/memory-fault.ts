import { RequestError } from '../../runtime/index.js';

export function memoryFault(message: string, cause?: unknown): RequestError {
  return new RequestError('BRIDGE_ERR_MEMORY', message, { retryable: true, cause });
}
