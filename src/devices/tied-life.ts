import type { DeviceHost, SoundProgram } from './host.js';

/** A program and its arguments, ready to be spawned. */
export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a kernel tool answers within, milliseconds. */
const PROBE_TIMEOUT_MS = 2000;
const NOTHING = (): void => {};
/** One probe per machine and not per program: the answer does not change while we run. */
const probes = new WeakMap<DeviceHost, Promise<string | undefined>>();

/**
 * Makes a recorder or player end with us, however we end, even when it hangs.
 *
 * - Linux: `setpriv --pdeathsig KILL` (util-linux 2.33 or newer) replaces itself with the program, so the process id and
 *   the pipes are the program's own. The kernel kills it when the thread that spawned it ends: call `spawn` from a thread
 *   that lives as long as the sound.
 * - Windows: nothing to do, Node puts its children into a job that ends with it.
 * - Elsewhere, and where setpriv is missing or is not util-linux': `guardLife` after spawning.
 *
 * @returns The call to give to `host.spawn`; `isTied`: whether `guardLife` is needless.
 */
export async function tieLife(
  host: DeviceHost,
  call: ProgramCall,
): Promise<ProgramCall & { readonly isTied: boolean }> {
  if (host.platform === 'win32') return { ...call, isTied: true };
  if (host.platform !== 'linux') return { ...call, isTied: false };
  let probe = probes.get(host);
  if (probe === undefined) {
    probe = findSetpriv(host);
    probes.set(host, probe);
  }
  const setpriv = await probe;
  if (setpriv === undefined) return { ...call, isTied: false };
  return { file: setpriv, args: ['--pdeathsig', 'KILL', '--', call.file, ...call.args], isTied: true };
}

async function findSetpriv(host: DeviceHost): Promise<string | undefined> {
  const path = await host.find('setpriv');
  if (path === undefined) return undefined;
  // BusyBox has a setpriv of its own, which does not know the option.
  const args = ['--pdeathsig', 'KILL', '--', path, '--version'];
  const { code } = await host.run(path, args, { timeoutMs: PROBE_TIMEOUT_MS });
  return code === 0 ? path : undefined;
}

/**
 * The same for a program that could not be tied when it was spawned: a shell waits for the end of its input, which comes
 * when we are gone, and then kills the program.
 *
 * @returns Ends the guard; call it as soon as the program has ended, since its process id may be given to another.
 */
export async function guardLife(host: DeviceHost, pid: number | undefined): Promise<() => void> {
  if (host.platform === 'win32' || pid === undefined) return NOTHING;
  const shell = await host.find('sh');
  if (shell === undefined) return NOTHING;
  const script = 'read -r _; kill -KILL "$1"';
  const guard: SoundProgram = host.spawn(shell, ['-c', script, 'sh', String(pid)], { stdin: true });
  // It is a help, not a need: where it cannot run, a closed pipe still ends a program that writes.
  guard.on('error', NOTHING);
  guard.on('close', NOTHING);
  guard.stdin?.on('error', NOTHING);
  guard.stdout?.resume();
  guard.stderr?.resume();
  return () => {
    guard.kill('SIGKILL');
  };
}
