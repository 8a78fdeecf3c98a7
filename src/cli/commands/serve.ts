import type { CommandContext } from '../context.js';
import { serveUntilEnded } from '../serving.js';

/** `serve`: daemon and server alone: no browser is opened, and no avatar stands in unless it is asked for. */
export function serve(context: CommandContext): Promise<number> {
  const { config, origins } = context.resolved;
  return serveUntilEnded(context, {
    opensBrowser: false,
    hasSimulator: origins.simulator !== 'default' && config.simulator,
    advice: 'SIGTERM and Ctrl-C end it, after what is being said.',
  });
}
