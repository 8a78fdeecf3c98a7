import { readFile } from 'node:fs/promises';
import { ConfigError, errorText } from '../runtime/index.js';

/**
 * The lines of a script for `chat`: what would be typed, each waiting for the end of the turn before it; `&` at its beginning does not
 * wait for its own. `#` begins a comment.
 *
 * @throws {ConfigError} BRIDGE_ERR_USAGE
 */
export async function scriptLines(path: string): Promise<readonly { readonly line: string }[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--script: expected a readable text file, got ${path}: ${errorText(error)}`,
    );
  }
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    .map((line) => ({ line }));
}
