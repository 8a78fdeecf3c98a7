import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 20;
/** A daemon that has just begun ends in order within it. */
const ORDERLY_MS = 5000;

/**
 * Numbers of the processes that were started with this runtime directory, by whomever: daemons that are still opening, and what a command
 * that was killed has left behind. Those of other tests and users have another one. Only Linux tells; elsewhere none.
 */
export function processesOf(runtimeDirectory: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const wanted = `XDG_RUNTIME_DIR=${runtimeDirectory}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(wanted));
}

/** Ends them, in order where they let us; resolves when there is none. */
export async function endProcessesOf(runtimeDirectory: string): Promise<void> {
  const untilMs = Date.now() + ORDERLY_MS;
  /** A second time means: at once. */
  const asked = new Set<number>();
  for (;;) {
    // One may just have started another.
    const left = processesOf(runtimeDirectory);
    if (left.length === 0) return;
    const isLate = Date.now() >= untilMs;
    for (const pid of left) {
      if (isLate) end(pid, 'SIGKILL');
      else if (!asked.has(pid)) end(pid, 'SIGTERM');
      asked.add(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended, or is somebody else's.
    return [];
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
