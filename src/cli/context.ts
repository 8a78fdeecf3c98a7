import type { ResolvedConfig } from '../config/index.js';
import type { Logger } from '../runtime/index.js';
import { type Io, printLine } from './io.js';
import { printableLines } from './printable.js';

/** What every command is run with. */
export interface CommandContext {
  readonly io: Io;
  readonly args: Arguments;
  readonly resolved: ResolvedConfig;
  /** Reads the settings again, from the same flags and environment. */
  reload(): Promise<ResolvedConfig>;
  readonly version: string;
  /** For people, on stderr; silent with --json, where stdout alone speaks. */
  say(text: string): void;
  /** The answer, on stdout. */
  print(text: string): void;
  /** @param unasked - least important line on stderr when nobody chose a level or a file. @default the setting's */
  logger(unasked?: ResolvedConfig['config']['logLevel']): Promise<Logger>;
}

/** What yargs parsed. */
export type Arguments = Readonly<Record<string, unknown>>;

export function createContext({
  io,
  args,
  resolved,
  reload,
  version,
}: Pick<CommandContext, 'io' | 'args' | 'resolved' | 'reload' | 'version'>): CommandContext {
  const isJson = args['json'] === true;
  return {
    io,
    args,
    resolved,
    reload,
    version,
    say: (text) => {
      if (!isJson) printLine(io.stderr, printableLines(text));
    },
    print: (text) => printLine(io.stdout, text),
    logger: async (unasked) => {
      const { createLogger } = await import('./logger.js');
      const { logFile, logLevel } = resolved.config;
      const isUnasked = resolved.origins.logLevel === 'default' && logFile === undefined;
      const level = isUnasked ? (unasked ?? logLevel) : logLevel;
      return createLogger({
        level: args['debug'] === true ? 'debug' : level,
        file: logFile,
        stderr: io.stderr,
      });
    },
  };
}

/** A text option, or undefined. */
export function textArg(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

/** A repeatable text option or positional list. */
export function textListArg(args: Arguments, name: string): string[] {
  const value = args[name];
  if (Array.isArray(value)) return value.map(String);
  return value === undefined ? [] : [String(value)];
}
