import type { Clock, Timer } from '../runtime/index.js';
import type { RunningProgram } from './program-host.js';

/** Long enough to close a device in order, short enough not to be waited for. */
const TERM_PATIENCE_MS = 500;
/** A process is gone at once after SIGKILL, unless a driver holds it in a system call (state D). */
const KILL_PATIENCE_MS = 1000;

/**
 * Sees to it that a program that is sent SIGTERM now ends: SIGKILL 500 ms later, and 1 s after that it is let go, so that
 * nobody waits for a process that a hanging driver keeps from ending.
 *
 * @param onLetGo - it is still there, and holds neither our pipes nor our event loop any more.
 * @returns To be cancelled when the program is gone.
 */
export function killInOrder(program: RunningProgram, clock: Clock, onLetGo: () => void): Timer {
  let timer = clock.after(TERM_PATIENCE_MS, () => {
    timer = clock.after(KILL_PATIENCE_MS, () => {
      program.unref?.();
      onLetGo();
    });
    program.kill('SIGKILL');
    // Something it started may hold the pipes open; `close` waits for them.
    program.stdin?.destroy();
    program.stdout?.destroy();
    program.stderr?.destroy();
  });
  return { cancel: () => timer.cancel() };
}
