import { NeverStarted } from './never-started.js';
import type { ProgramHost, RunningProgram, SpawnOptions } from './program-host.js';

/** A program and its arguments. */
export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a kernel tool answers within, milliseconds. */
const PROBE_TIMEOUT_MS = 2000;
const TIE = ['--pdeathsig', 'KILL', '--'] as const;
const GUARD = 'read -r _; kill -KILL "$1"';
/** One probe per machine and not per program: the answer does not change while we run. */
const probes = new WeakMap<ProgramHost, Promise<string | undefined>>();

/**
 * Spawns a program that ends with us, however we end, even when it hangs.
 *
 * - Linux: `setpriv --pdeathsig KILL` (util-linux 2.33 or newer) replaces itself with the program, so the process id and
 *   the pipes are the program's own. The kernel kills it when the thread that spawned it ends: call this from a thread
 *   that lives as long as the program shall.
 * - Windows: nothing to do, Node puts its children into a job that ends with it.
 * - Elsewhere, and where setpriv is missing or is not util-linux': a second process guards it, `guardLife`.
 *
 * Never rejects: what cannot be spawned tells so by its `error` event.
 */
export async function spawnTied(
  host: ProgramHost,
  { file, args }: ProgramCall,
  options: SpawnOptions,
): Promise<RunningProgram> {
  // Node tells of a failed spawn behind all promises that are due: who awaits this can still listen for it, but not when
  // the spawn came before any of them.
  await Promise.resolve();
  if (host.platform === 'win32') return spawned(host, { file, args }, options);
  const setpriv = host.platform === 'linux' ? await setprivOf(host) : undefined;
  if (setpriv !== undefined) {
    return spawned(host, { file: setpriv, args: [...TIE, file, ...args] }, options);
  }
  // Found first, so that nobody has to wait between the spawn and the first look at its events.
  const shell = await host.find('sh');
  const program = spawned(host, { file, args }, options);
  if (shell !== undefined) guardLife(host, shell, program);
  return program;
}

/** Node throws some errors of a spawn (a batch file: EINVAL; a NUL in an argument) and tells others by the event. */
function spawned(host: ProgramHost, { file, args }: ProgramCall, options: SpawnOptions): RunningProgram {
  try {
    return host.spawn(file, args, options);
  } catch (error) {
    return new NeverStarted(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * Has a shell wait for the end of its input, which comes when we are gone, and then kill the program.
 *
 * The guard ends with the program, since its process id may be given to another one. It never keeps us from ending, which
 * is what it waits for.
 */
export function guardLife(host: ProgramHost, shell: string, program: RunningProgram): void {
  if (program.pid === undefined) return;
  const args = ['-c', GUARD, 'sh', String(program.pid)];
  const guard = spawned(host, { file: shell, args }, { stdin: true });
  // It is a help, not a need: where it cannot run, a broken pipe still ends a program that writes.
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.stdout?.destroy();
  guard.stderr?.destroy();
  guard.unref?.();
  program.on('close', () => void guard.kill('SIGKILL'));
}

function setprivOf(host: ProgramHost): Promise<string | undefined> {
  const known = probes.get(host);
  if (known !== undefined) return known;
  const probe = findSetpriv(host);
  probes.set(host, probe);
  return probe;
}

async function findSetpriv(host: ProgramHost): Promise<string | undefined> {
  const path = await host.find('setpriv');
  if (path === undefined) return undefined;
  // BusyBox has a setpriv of its own, which does not know the option.
  const { code } = await host.run(path, [...TIE, path, '--version'], { timeoutMs: PROBE_TIMEOUT_MS });
  return code === 0 ? path : undefined;
}
