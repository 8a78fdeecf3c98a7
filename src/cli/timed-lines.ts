import { readFile } from 'node:fs/promises';
import { ConfigError, errorText } from '../runtime/index.js';

export interface TimedLine {
  readonly atMs: number;
  readonly message: string;
}

/** The timed lines of a file. @param flag - that named it, for the error. @throws {ConfigError} BRIDGE_ERR_USAGE */
export async function readTimedLines(file: string, flag: string): Promise<TimedLine[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `${flag}: expected a readable file, got ${file}: ${errorText(error)}`,
    );
  }
  return parseTimedLines(text, file);
}

/**
 * Reads lines `MILLISECONDS TYPE|ARG…`; empty lines and lines that begin with `#` are left out.
 *
 * @returns In the order of their times.
 * @throws {ConfigError} BRIDGE_ERR_USAGE - naming the line.
 */
export function parseTimedLines(text: string, name: string): TimedLine[] {
  const lines: TimedLine[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, time, message] = /^(\d+(?:\.\d+)?)\s+(\S.*)$/.exec(line) ?? [];
    if (time === undefined || message === undefined) {
      throw new ConfigError(
        'BRIDGE_ERR_USAGE',
        `${name}, line ${index + 1}: expected MILLISECONDS TYPE|ARG…, got "${line.slice(0, 60)}"`,
      );
    }
    lines.push({ atMs: Number(time), message });
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}
