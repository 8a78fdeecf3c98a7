import { FakeClock } from '../../../src/runtime/index.js';
import type { CallOutcome, CallResult, Tool, ToolBox, TurnMetadata } from '../../../src/tools/index.js';
import { openToolBox, type ToolBoxOptions, type ToolBoxPorts } from '../../../src/tools/index.js';

export const TURN: TurnMetadata = { session: 's1', turn: 1, user: 'ann' };

export function boxOf(
  tools: readonly Tool[],
  more: Partial<ToolBoxPorts> & { readonly options?: ToolBoxOptions } = {},
): { readonly box: ToolBox; readonly clock: FakeClock } {
  const clock = new FakeClock();
  const { options = {}, ...ports } = more;
  return { box: openToolBox(options, { clock, tools, ...ports }), clock };
}

/** A tool with one text argument `city`, needed. */
export function cityTool(run: Tool['run'], more: Partial<Tool> = {}): Tool {
  return {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    run,
    ...more,
  };
}

export function callOf(
  name: string,
  args: unknown = {},
): { id: string; name: string; argumentsJson: string } {
  return { id: `call-${name}`, name, argumentsJson: typeof args === 'string' ? args : JSON.stringify(args) };
}

export async function outcomesOf(outcomes: AsyncIterable<CallOutcome>): Promise<readonly CallOutcome[]> {
  const all: CallOutcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

export async function resultOf(outcomes: AsyncIterable<CallOutcome>): Promise<CallResult> {
  const last = (await outcomesOf(outcomes)).at(-1);
  if (last?.type !== 'result') throw new Error('the call gave no result');
  return last;
}
