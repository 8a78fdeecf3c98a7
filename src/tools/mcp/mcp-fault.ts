import { TransportError } from '../../runtime/index.js';

/** @param reason - what was expected or happened, and what to do; a sentence without the server's name. */
export function serverFault(name: string, reason: string, cause?: unknown): TransportError {
  return new TransportError('BRIDGE_ERR_TOOL_SERVER', `MCP server ${name}: ${reason}`, {
    retryable: true,
    cause,
  });
}
