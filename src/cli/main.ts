import type { ResolvedConfig } from '../config/index.js';
import { BridgeError, ConfigError, errorText, isAbortError } from '../runtime/index.js';
import { type Arguments, type CommandContext, createContext } from './context.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { type Io, printLine } from './io.js';
import { buildParser, parserWords } from './parser.js';
import { printableJson, printableLines } from './printable.js';
import { packageVersion } from './version.js';

/** What a command does; its module is loaded only when it runs, so that `--help` is quick. */
export type CommandRun = (context: CommandContext) => Promise<number> | number;

/**
 * Runs one command line.
 *
 * @param argv - without node and script.
 * @returns The exit code: 0 ok, 1 failed, 2 usage or config, 3 MMDAgent-EX or daemon unreachable, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let chosen: { run: () => Promise<CommandRun>; args: Arguments } | undefined;
  try {
    const parser = await buildParser((run, args) => {
      chosen = { run, args };
    });
    const shown = await parse(parser, argv);
    if (shown !== undefined) {
      printLine(io.stdout, shown);
      return EXIT.ok;
    }
    if (chosen === undefined)
      throw new ConfigError('BRIDGE_ERR_USAGE', 'Expected a command; `mmdagent-bridge --help` lists them');
    const run = await chosen.run();
    const resolved = await resolve(chosen.args, argv, io);
    const { args } = chosen;
    const reload = (): Promise<ResolvedConfig> => resolve(args, argv, io);
    const context = createContext({ io, args, resolved, reload, version: packageVersion() });
    for (const warning of resolved.warnings) context.say(`warning: ${warning}`);
    return await run(context);
  } catch (error) {
    return fail(error, argv, io);
  }
}

async function resolve(flags: Arguments, args: readonly string[], io: Io): Promise<ResolvedConfig> {
  const { resolveConfig } = await import('../config/index.js');
  return resolveConfig({ flags, args, env: io.env });
}

/** The help or version text, or undefined when a command was chosen. */
function parse(
  parser: Awaited<ReturnType<typeof buildParser>>,
  argv: readonly string[],
): Promise<string | undefined> {
  return new Promise((done, reject) => {
    void parser
      .parse(parserWords(argv), {}, (error, _args, output) => {
        if (error !== undefined && error !== null) reject(asUsageError(error, output));
        else done(output === '' ? undefined : output);
      })
      ?.valueOf();
  });
}

function asUsageError(error: unknown, output: string): Error {
  if (error instanceof BridgeError) return error;
  // What was wrong may stand in the lines behind the first.
  const lines = (errorText(error) || output).split('\n').map((line) => line.trim());
  const text = lines.filter((line) => line !== '').join(' ');
  return new ConfigError('BRIDGE_ERR_USAGE', `${text}. \`mmdagent-bridge --help\` tells what is understood`);
}

function fail(error: unknown, argv: readonly string[], io: Io): number {
  if (isAbortError(error)) return EXIT.interrupted;
  const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
  if (argv.includes('--json')) {
    printLine(io.stdout, printableJson({ error: { code, message: errorText(error) } }));
  }
  const text =
    error instanceof BridgeError ? `${error.message} (${code})` : `Unexpected error: ${errorText(error)}`;
  // It may hold what a vendor, a server or a file said.
  printLine(io.stderr, printableLines(text));
  if (argv.includes('--debug') && error instanceof Error)
    printLine(io.stderr, printableLines(error.stack ?? ''));
  return exitCodeOf(error);
}
