import {
  BridgeClient,
  isDaemonUrl,
  localSocketPath,
  openLocal,
  openRemote,
  startDaemon,
} from '../client/index.js';
import { SETTING_KEYS, settingOf } from '../config/index.js';
import { type ControlChannel, createMemoryChannels } from '../control/index.js';
import { type Clock, isAbortError, orAborted, SystemClock, TransportError } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** A client of a daemon, and how this command leaves it. */
export interface DaemonConnection {
  readonly client: BridgeClient;
  /** Lets go: the daemon goes on, except with --foreground, where it ends with the command. */
  leave(): Promise<void>;
}

/** Path of the local daemon's socket that the settings name. */
export function socketPathOf(context: CommandContext): string {
  return localSocketPath(context.resolved.config.daemon, context.io.env['XDG_RUNTIME_DIR']);
}

/**
 * Finds the daemon; where none runs, starts one in the background and says so.
 *
 * @param signal - gives up; a daemon that was started for it and does not answer yet is ended. Later it has no effect.
 * @throws {TransportError} BRIDGE_ERR_DAEMON_UNREACHABLE, _START; {BridgeError} what ensureLinks refuses; the signal's reason.
 */
export async function connectDaemon(
  context: CommandContext,
  signal: AbortSignal = context.io.quit,
): Promise<DaemonConnection> {
  if (context.args['foreground'] === true) return inForeground(context);
  const clock = new SystemClock();
  let client: BridgeClient;
  try {
    client = await connectTo(context, clock, signal);
  } catch (error) {
    if (isDaemonUrl(context.resolved.config.daemon) || !isAbsent(error)) throw error;
    const pid = await startInBackground(context, signal);
    context.say(
      `Started the daemon in the background (pid ${pid}): it keeps the link to MMDAgent-EX. \`mmdagent-bridge daemon stop\` ends it.`,
    );
    client = await connectTo(context, clock, signal);
  }
  if (context.resolved.origins.links !== 'default' && !isDaemonUrl(context.resolved.config.daemon)) {
    try {
      const { links } = context.resolved.config;
      await orAborted(client.request('ensureLinks', { links }), signal);
    } catch (error) {
      client.close();
      throw error;
    }
  }
  return {
    client,
    leave: async () => client.close(),
  };
}

/** Connects to a daemon that runs; never starts one. */
export async function connectTo(
  context: CommandContext,
  clock: Clock,
  signal?: AbortSignal,
): Promise<BridgeClient> {
  const { config } = context.resolved;
  const path = socketPathOf(context);
  let channel: ControlChannel | undefined;
  let isConnected = false;
  const connecting = BridgeClient.connect({
    open: async () => {
      const given = isConnected ? undefined : signal;
      channel = await (isDaemonUrl(config.daemon) ? openRemote(config.daemon, given) : openLocal(path));
      return channel;
    },
    client: `mmdagent-bridge ${context.version}`,
    clock,
    ...(config.key === undefined || !isDaemonUrl(config.daemon) ? {} : { key: config.key }),
  });
  try {
    const client = await orAborted(connecting, signal);
    isConnected = true;
    return client;
  } catch (error) {
    // One that accepts and never answers would keep us here.
    connecting.then((late) => late.close()).catch(() => {});
    if (signal?.aborted === true) channel?.close();
    throw error;
  }
}

async function inForeground(context: CommandContext): Promise<DaemonConnection> {
  const { runDaemon } = await import('../daemon/index.js');
  const stop = new AbortController();
  const running = await runDaemon({
    version: context.version,
    config: context.resolved.config,
    socketPath: socketPathOf(context),
    logger: await context.logger(),
    signal: stop.signal,
    stdin: context.io.stdin,
    stdout: context.io.stdout,
  });
  const [left, right] = createMemoryChannels();
  running.daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'foreground',
    clock: new SystemClock(),
    reconnectMs: 0,
  });
  return {
    client,
    leave: async () => {
      if (running.daemon.isInUse) {
        context.say(
          'Closing the link to MMDAgent-EX. On Linux and macOS it ends with its connection; on Windows it goes on.',
        );
      }
      client.close();
      stop.abort();
      await running.stopped;
    },
  };
}

/** Starts a daemon with this command's settings; resolves with its process id when it answers. */
export function startInBackground(
  context: CommandContext,
  signal: AbortSignal = context.io.quit,
): Promise<number> {
  return startDaemon({
    socketPath: socketPathOf(context),
    env: { ...context.io.env, ...settingsAsEnvironment(context) },
    clock: new SystemClock(),
    signal,
  });
}

/** What this command was told by flags must reach the daemon too; environment and files it reads by itself. */
function settingsAsEnvironment(context: CommandContext): Record<string, string> {
  const { config, origins } = context.resolved;
  const env: Record<string, string> = {};
  for (const key of SETTING_KEYS) {
    const value = config[key];
    if (origins[key] !== 'flag' || value === undefined) continue;
    env[settingOf(key).env] = Array.isArray(value) ? value.join(',') : String(value);
  }
  return env;
}

function isAbsent(error: unknown): boolean {
  return (
    !isAbortError(error) && error instanceof TransportError && error.code === 'BRIDGE_ERR_DAEMON_UNREACHABLE'
  );
}
