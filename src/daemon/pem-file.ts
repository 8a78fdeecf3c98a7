import { readFileSync } from 'node:fs';
import { ConfigError, errorText } from '../runtime/index.js';

/** A certificate or key. @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE */
export function readPemFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `Expected a PEM file at ${path}: ${errorText(error)}`,
      {
        cause: error,
      },
    );
  }
}
