import type { CommandContext } from '../context.js';
import { serveUntilEnded } from '../serving.js';

/** `start`: daemon, server and a browser, with the simulator as an avatar: what somebody wants who sits at the machine. */
export function start(context: CommandContext): Promise<number> {
  const { config } = context.resolved;
  return serveUntilEnded(context, {
    opensBrowser: config.open,
    hasSimulator: config.simulator,
    advice:
      'Ctrl-C ends it. To connect a real MMDAgent-EX: `mmdagent-bridge mdf` prints what its .mdf needs.',
  });
}
