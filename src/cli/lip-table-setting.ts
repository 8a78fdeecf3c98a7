import { readFile } from 'node:fs/promises';
import { type LipTable, parseLipTable } from '../lipsync/index.js';
import { ConfigError, errorText } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** Reads the lip.txt that the settings name. @throws {ConfigError} BRIDGE_ERR_LIP_TABLE */
export async function lipTableOf(context: CommandContext, path: string): Promise<LipTable> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    throw new ConfigError('BRIDGE_ERR_LIP_TABLE', `${path} could not be read: ${errorText(error)}`);
  }
  const { table, ignored } = parseLipTable(text, path);
  if (ignored.length > 0) {
    context.say(
      `warning: ${path}: MMDAgent-EX does not read what stands behind the number of phonemes the file states, from "${ignored[0]}" on`,
    );
  }
  return table;
}
