import type { LinkSpec } from '../../config/index.js';
import { messageText } from '../../protocol/index.js';
import { anySignal, ConfigError, SystemClock } from '../../runtime/index.js';
import { runSimulator, type SimulatorEnd, type SimulatorEvent } from '../../simulator/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { numberArg } from '../numbers.js';
import { printable, printableJson } from '../printable.js';

/** `simulate`: the MMDAgent-EX that fits a link, as a program: listens where the bridge dials and dials where it listens. */
export async function simulate(context: CommandContext): Promise<number> {
  const { args, resolved, io } = context;
  const [link] = resolved.links;
  if (link === undefined) throw new ConfigError('BRIDGE_ERR_USAGE', 'simulate: expected a --link');
  const fps = numberArg(args, 'fps', { min: 1, max: 240, unit: 'frames a second' });
  const loadMs = numberArg(args, 'load-ms', { min: 0, max: 60_000, unit: 'ms' });
  const retryCount = numberArg(args, 'retry', { min: 0, max: 1_000_000_000, unit: 'tries' });
  const wavPath = textArg(args, 'wav');
  const isJson = args['json'] === true;
  const report = await runSimulator(
    {
      end: endOf(link),
      aliases: [resolved.config.model],
      platform: args['platform'] === 'windows' ? 'windows' : 'linux',
      ...(fps === undefined ? {} : { fps }),
      ...(loadMs === undefined ? {} : { loadMs }),
      ...(retryCount === undefined ? {} : { retryCount }),
      ...(wavPath === undefined ? {} : { wavPath }),
    },
    {
      signal: anySignal(io.drain, io.quit),
      logger: await context.logger(),
      clock: new SystemClock(),
      onEvent: (event) => {
        if (isJson) context.print(printableJson(event));
        else if (event.kind !== 'sound') context.print(eventText(event));
      },
    },
  );
  const { deaths, wedges, violations, playedMs } = report;
  if (isJson) context.print(printableJson({ kind: 'report', ...report }));
  else
    context.say(
      `played ${(playedMs / 1000).toFixed(1)} s; deaths ${deaths.length}, wedges ${wedges.length}, violations ${violations.length}`,
    );
  return deaths.length + wedges.length > 0 ? EXIT.failed : EXIT.ok;
}

function endOf(link: LinkSpec): SimulatorEnd {
  switch (link.kind) {
    case 'tcp':
      return { kind: 'listen', host: link.host, port: link.port };
    case 'tcp-listen':
      return { kind: 'dial-tcp', host: link.host, port: link.port };
    case 'ws-listen':
      return { kind: 'dial-ws', host: link.host, port: link.port, path: link.path };
    default:
      throw new ConfigError(
        'BRIDGE_ERR_USAGE',
        `simulate: expected a tcp:, tcp-listen: or ws-listen: link to stand at the other end of, got ${link.kind}:`,
      );
  }
}

function eventText(event: Exclude<SimulatorEvent, { kind: 'sound' }>): string {
  switch (event.kind) {
    case 'listening':
      return `listening on port ${event.port}`;
    case 'message':
      return printable(messageText(event));
    default:
      return `${event.kind}: ${event.rule}: ${event.text}`;
  }
}
