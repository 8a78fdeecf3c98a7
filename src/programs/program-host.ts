import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A running child process, as far as anybody looks at it: a part of ChildProcess, so that tests can act one. */
export interface RunningProgram {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  kill(signal: NodeJS.Signals): boolean;
  /** Our process may end without it. */
  unref?(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Once, after the program has ended and its pipes are closed. */
  on(event: 'close', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
}

/** What a short program answered; `code` is undefined when it did not start or took too long. */
export interface ProgramAnswer {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  /** Whether something will be written to it. */
  readonly stdin: boolean;
  /** Laid over the machine's environment. @default nothing */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** False: `env` is all the environment it gets, for programs that our keys are none of the business of. @default true */
  readonly inheritsEnv?: boolean | undefined;
  /** Folder it runs in. @default ours */
  readonly cwd?: string | undefined;
}

/** The machine as far as programs on it matter; tests give their own. */
export interface ProgramHost {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Full path of a program on PATH; undefined when it is not installed.
   *
   * On Windows `x` is `x.exe` and nothing else, since Node refuses to spawn `x.cmd` or `x.bat` without a shell; whether one of
   * these is there is answered when it is asked for by its full name.
   */
  find(program: string): Promise<string | undefined>;
  /** Never through a shell. May throw where Node does. */
  spawn(file: string, args: readonly string[], options: SpawnOptions): RunningProgram;
  /** Runs a program that answers and ends, such as one that lists devices. Never rejects. */
  run(file: string, args: readonly string[], options: { readonly timeoutMs: number }): Promise<ProgramAnswer>;
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** The real machine. Programs get its environment with English messages, since some faults are told only in words. */
export function systemHost(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): ProgramHost {
  const childEnv = { ...env, LC_ALL: 'C' };
  return {
    platform,
    env,
    find: (program) => findOnPath(program, env, platform),
    spawn: (file, args, { stdin, env: more, inheritsEnv = true, cwd }): ChildProcess =>
      spawn(file, args, {
        env: { ...(inheritsEnv ? childEnv : {}), ...more },
        cwd,
        stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
        windowsHide: true,
        // Ctrl-C goes to every program of the terminal; these are ended by us, in order. On Windows it would untie them.
        detached: platform !== 'win32',
      }),
    run: (file, args, { timeoutMs }) =>
      new Promise<ProgramAnswer>((resolve) => {
        const options = { env: childEnv, timeout: timeoutMs, maxBuffer: MAX_ANSWER_BYTES, windowsHide: true };
        execFile(file, args, { ...options, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
          resolve({ code, stdout, stderr });
        });
        // Node throws some errors of a spawn.
      }).catch((error: unknown) => ({ code: undefined, stdout: '', stderr: String(error) })),
  };
}

async function findOnPath(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<string | undefined> {
  const name = platform === 'win32' && !/\.(exe|cmd|bat)$/i.test(program) ? `${program}.exe` : program;
  for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && (await isProgram(path))) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
