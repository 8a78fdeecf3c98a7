import { fileURLToPath } from 'node:url';
import type { BridgeClient } from '../../client/index.js';
import type { DaemonStatus } from '../../control/index.js';
import { anySignal, SystemClock, TransportError } from '../../runtime/index.js';
import { SERVICE_KINDS, type ServiceKind, serviceFile } from '../../service/index.js';
import { type CommandContext, textArg } from '../context.js';
import { connectTo, socketPathOf, startInBackground } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

/** `daemon start`: in the background, or with --foreground in this process. */
export async function daemonStart(context: CommandContext): Promise<number> {
  if (context.args['foreground'] !== true) {
    const running = await connectTo(context, new SystemClock()).catch(() => undefined);
    if (running !== undefined) {
      const { pid } = running.welcome;
      running.close();
      throw new TransportError(
        'BRIDGE_ERR_DAEMON_RUNNING',
        `A daemon is already running (pid ${pid}): \`mmdagent-bridge daemon status\` shows it`,
      );
    }
    const pid = await startInBackground(context);
    context.print(context.args['json'] === true ? printableJson({ pid }) : `The daemon runs (pid ${pid})`);
    return EXIT.ok;
  }
  const { runDaemon } = await import('../../daemon/index.js');
  const logger = await context.logger();
  for (const warning of context.resolved.warnings) logger.warn({}, warning);
  const running = await runDaemon({
    version: context.version,
    config: context.resolved.config,
    socketPath: socketPathOf(context),
    logger,
    signal: anySignal(context.io.drain, context.io.quit),
    stdin: context.io.stdin,
    stdout: context.io.stdout,
  });
  // The links must live: what nobody handled is counted and logged, and the daemon goes on.
  process.on('uncaughtException', (error) => running.daemon.uncaught(error));
  process.on('unhandledRejection', (error) => running.daemon.uncaught(error));
  await running.stopped;
  return EXIT.ok;
}

export async function daemonStatus(context: CommandContext): Promise<number> {
  return withDaemon(context, async (client) => {
    const status = await client.request('status', {});
    context.print(context.args['json'] === true ? printableJson(status) : statusText(status));
  });
}

export async function daemonStop(context: CommandContext): Promise<number> {
  return withDaemon(context, async (client) => {
    const closed = new Promise<void>((resolve) => client.events.once('reconnecting', () => resolve()));
    const isForced = context.args['force'] === true;
    const { isInUse } = await client.request('status', {});
    if (isInUse && isForced) {
      context.say(
        'A real MMDAgent-EX is connected: on Linux and macOS it ends with its connection; on Windows it goes on.',
      );
    }
    await client.request('stop', { force: isForced });
    await closed;
    context.say('The daemon has stopped');
  });
}

/** A client that is closed however the command ends: an open one would keep the process alive. */
async function withDaemon(
  context: CommandContext,
  run: (client: BridgeClient) => Promise<void>,
): Promise<number> {
  const client = await connectTo(context, new SystemClock());
  try {
    await run(client);
  } finally {
    client.close();
  }
  return EXIT.ok;
}

/** `daemon install --print`: a service file for this system, for the user to put in place. */
export function daemonInstall(context: CommandContext): number {
  const asked = textArg(context.args, 'kind');
  const kind = SERVICE_KINDS.find((candidate) => candidate === asked) ?? defaultKind();
  const bin = fileURLToPath(new URL('../../../bin/mmdagent-bridge.js', import.meta.url));
  const { links } = context.resolved.config;
  const args = [bin, 'daemon', 'start', '--foreground', ...links.flatMap((link) => ['--link', link])];
  context.print(serviceFile(kind, { command: process.execPath, args, env: {} }));
  return EXIT.ok;
}

function defaultKind(): ServiceKind {
  if (process.platform === 'win32') return 'windows-task';
  return process.platform === 'darwin' ? 'launchd' : 'systemd';
}

function statusText(status: DaemonStatus): string {
  const lines = [
    `mmdagent-bridge ${status.version}, pid ${status.pid}, up ${Math.round(status.uptimeMs / 1000)} s, clients: ${status.clients}`,
  ];
  for (const link of status.links)
    lines.push(
      `link ${link.name}  ${link.url}  ${link.status}${link.error === undefined ? '' : `: ${link.error}`}`,
    );
  for (const lane of status.lanes) {
    const from = lane.remoteAddress === undefined ? '' : ` from ${lane.remoteAddress}`;
    lines.push(
      `lane ${lane.lane}  model ${lane.model}  ${lane.state}${from}${lane.isSpeaking ? ', speaking' : ''}${lane.isSimulator ? ' (simulator)' : ''}`,
    );
  }
  return lines.join('\n');
}
