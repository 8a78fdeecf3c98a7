import { BridgeError, ConfigError, type ErrorCode, isAbortError } from '../runtime/index.js';

/** What the shell learns; documented in the README. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set([
  'BRIDGE_ERR_LANE_NOT_READY',
  'BRIDGE_ERR_LINK_DIAL',
  'BRIDGE_ERR_LINK_LOST',
  'BRIDGE_ERR_DAEMON_UNREACHABLE',
]);
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'BRIDGE_ERR_USAGE',
  'BRIDGE_ERR_LANE_UNKNOWN',
  'BRIDGE_ERR_MESSAGE_TYPE',
  'BRIDGE_ERR_MESSAGE_ARGUMENT',
  'BRIDGE_ERR_MESSAGE_TOO_LONG',
  'BRIDGE_ERR_MESSAGE_FORBIDDEN',
  'BRIDGE_ERR_PATH_MAPPING',
  'BRIDGE_ERR_LIP_TABLE',
]);

export function exitCodeOf(error: unknown): number {
  if (isAbortError(error)) return EXIT.interrupted;
  if (!(error instanceof BridgeError)) return EXIT.failed;
  if (error instanceof ConfigError || error.code.startsWith('BRIDGE_ERR_CONFIG_') || USAGE.has(error.code))
    return EXIT.usage;
  return UNREACHABLE.has(error.code) ? EXIT.unreachable : EXIT.failed;
}
