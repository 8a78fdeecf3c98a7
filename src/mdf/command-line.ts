import { ConfigError } from '../runtime/index.js';

/** MMDAgent-EX copies each argument into 100 bytes on Linux and macOS, and does not check. */
export const MAX_ARGUMENT_BYTES = 99;

/** The longest line it reads whole, line end included, is 2047 bytes; the key and a margin come off. */
const MAX_COMMAND_BYTES = 1900;

/**
 * Writes a program and its arguments as one `Plugin_AnyScript_Command` value.
 *
 * On Linux and macOS MMDAgent-EX splits at blanks and knows quotes only around a whole argument, with no escapes; on Windows
 * the system's own rules hold. What neither can carry is refused rather than changed.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID — an argument too long, with a line end, with both kinds of quotes, or with `%ENV{`.
 * @source MMDAgent-EX Plugin_AnyScript/ChildProcess.cpp parse_args(); KeyValue.cpp getString()
 */
export function commandLine(command: readonly string[], system: 'unix' | 'windows'): string {
  if (command.length === 0 || command[0] === '') throw refused('command', 'names no program');
  const line = command.map((argument) => quoted(argument, system)).join(' ');
  if (command.length > 98 || Buffer.byteLength(line) > MAX_COMMAND_BYTES) {
    throw refused('command', `is longer than 98 words or ${MAX_COMMAND_BYTES} bytes`);
  }
  return line;
}

function quoted(argument: string, system: 'unix' | 'windows'): string {
  const shown = `the argument ${JSON.stringify(argument.slice(0, 40))}`;
  if (/[\u0000-\u001f\u007f]/.test(argument)) throw refused(shown, 'holds a control character');
  if (argument.includes('%ENV{')) throw refused(shown, 'holds %ENV{, which MMDAgent-EX replaces');
  if (system === 'unix' && Buffer.byteLength(argument) > MAX_ARGUMENT_BYTES) {
    throw refused(
      shown,
      `is longer than ${MAX_ARGUMENT_BYTES} bytes, which MMDAgent-EX cannot take; use a shorter path`,
    );
  }
  if (argument !== '' && !/[ "']/.test(argument)) return argument;
  if (!argument.includes('"')) {
    // Windows reads a backslash before a quote as an escape of it.
    return `"${system === 'windows' ? argument.replace(/\\+$/, '$&$&') : argument}"`;
  }
  if (system === 'windows') throw refused(shown, 'holds a double quote');
  if (argument.includes("'")) throw refused(shown, 'holds both kinds of quotes');
  return `'${argument}'`;
}

function refused(what: string, why: string): ConfigError {
  return new ConfigError('BRIDGE_ERR_CONFIG_INVALID', `Plugin_AnyScript_Command: ${what} ${why}.`);
}
