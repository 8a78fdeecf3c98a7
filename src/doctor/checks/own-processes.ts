import type { DoctorContext } from '../context.js';
import type { ProcessEntry } from '../machine/socket-entry.js';

/** Process id of the daemon on this machine, if one answers. */
export async function localDaemonPid(context: DoctorContext): Promise<number | undefined> {
  const { daemon } = context;
  if (daemon === undefined || !('isRemote' in daemon) || daemon.isRemote) return undefined;
  // That it does not answer is told by its own check.
  return (await context.daemonStatus().catch(() => undefined))?.pid;
}

/** Also a daemon of another name, or `start` with its page. */
export function isBridge({ args }: ProcessEntry): boolean {
  return args?.some((arg) => /mmdagent-bridge(?:\.js)?$/.test(arg)) === true;
}

/** '?' for one that ended meanwhile. */
export function processName(processes: readonly ProcessEntry[], pid: number): string {
  return processes.find((entry) => entry.pid === pid)?.name ?? '?';
}
