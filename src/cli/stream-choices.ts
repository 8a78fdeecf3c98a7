import type { IfBusy, OpenParams } from '../control/index.js';
import { type CommandContext, textArg } from './context.js';

/** What the user said of how a stream is to be spoken; what was left out is the daemon's own to decide. */
export function streamChoices(
  context: CommandContext,
): Pick<OpenParams, 'model' | 'mode' | 'leadMs' | 'ifBusy' | 'readyTimeoutMs'> {
  const { config, origins } = context.resolved;
  const ifBusy = textArg(context.args, 'if-busy') as IfBusy | undefined;
  return {
    ...(origins.model === 'default' ? {} : { model: config.model }),
    ...(origins.mode === 'default' ? {} : { mode: config.mode }),
    ...(origins.leadMs === 'default' ? {} : { leadMs: config.leadMs }),
    ...(ifBusy === undefined ? {} : { ifBusy }),
    ...(origins.readyTimeoutMs === 'default' ? {} : { readyTimeoutMs: config.readyTimeoutMs }),
  };
}
