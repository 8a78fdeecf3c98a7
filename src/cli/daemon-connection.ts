import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BridgeClient, localSocketPath, openLocal, openRemote } from '../client/index.js';
import { type Config, SETTING_KEYS, settingOf } from '../config/index.js';
import { createMemoryChannels } from '../control/index.js';
import { type Clock, errorText, isAbortError, SystemClock, sleep, TransportError } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** A client of a daemon, and how this command leaves it. */
export interface DaemonConnection {
  readonly client: BridgeClient;
  /** Lets go: the daemon goes on, except with --foreground, where it ends with the command. */
  leave(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 40;

export function isRemoteDaemon(config: Config): boolean {
  return /^wss?:\/\//.test(config.daemon);
}

/** Path of the local daemon's socket that the settings name. */
export function socketPathOf(context: CommandContext): string {
  return localSocketPath(context.resolved.config.daemon, context.io.env['XDG_RUNTIME_DIR']);
}

/**
 * Finds the daemon; where none runs, starts one in the background and says so.
 *
 * @throws {TransportError} BRIDGE_ERR_DAEMON_UNREACHABLE, _START; {BridgeError} what ensureLinks refuses
 */
export async function connectDaemon(context: CommandContext): Promise<DaemonConnection> {
  if (context.args['foreground'] === true) return inForeground(context);
  const clock = new SystemClock();
  let client: BridgeClient;
  try {
    client = await connectTo(context, clock);
  } catch (error) {
    if (isRemoteDaemon(context.resolved.config) || !isAbsent(error)) throw error;
    const pid = await startInBackground(context);
    client = await connectTo(context, clock);
    context.say(
      `Started the daemon in the background (pid ${pid}): it keeps the link to MMDAgent-EX. \`mmdagent-bridge daemon stop\` ends it.`,
    );
  }
  if (context.resolved.origins.links !== 'default' && !isRemoteDaemon(context.resolved.config)) {
    try {
      await client.request('ensureLinks', { links: context.resolved.config.links });
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
export function connectTo(context: CommandContext, clock: Clock): Promise<BridgeClient> {
  const { config } = context.resolved;
  const path = socketPathOf(context);
  return BridgeClient.connect({
    open: () => (isRemoteDaemon(config) ? openRemote(config.daemon) : openLocal(path)),
    client: `mmdagent-bridge ${context.version}`,
    clock,
    ...(config.key === undefined || !isRemoteDaemon(config) ? {} : { key: config.key }),
  });
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

/** Starts `daemon start --foreground` as a process of its own that outlives this one; resolves when it answers. */
export async function startInBackground(context: CommandContext): Promise<number> {
  const path = socketPathOf(context);
  const logPath = process.platform === 'win32' ? undefined : path.replace(/\.sock$/, '.log');
  if (logPath !== undefined) mkdirSync(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = logPath === undefined ? 'ignore' : openSync(logPath, 'w', 0o600);
  const bin = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'daemon', 'start', '--foreground'], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...context.io.env, ...settingsAsEnvironment(context) } as NodeJS.ProcessEnv,
    windowsHide: true,
  });
  if (typeof log === 'number') closeSync(log);
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = errorText(error);
  });
  child.on('exit', (code) => {
    ended = `it ended with code ${code}`;
  });
  child.unref();
  const clock = new SystemClock();
  const untilMs = clock.nowMs() + START_TIMEOUT_MS;
  while (ended === undefined && clock.nowMs() < untilMs) {
    await sleep(clock, POLL_MS, context.io.quit);
    const channel = await openLocal(path).catch(() => undefined);
    if (channel !== undefined) {
      channel.close();
      child.removeAllListeners();
      return child.pid ?? 0;
    }
  }
  throw new TransportError(
    'BRIDGE_ERR_DAEMON_START',
    `The daemon could not be started: ${ended ?? 'it did not answer in time'}${logTail(logPath)}`,
  );
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

function logTail(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return lines.length === 0 || lines[0] === '' ? '' : `\n${lines.slice(-5).join('\n')}`;
  } catch {
    return '';
  }
}

function isAbsent(error: unknown): boolean {
  return (
    !isAbortError(error) && error instanceof TransportError && error.code === 'BRIDGE_ERR_DAEMON_UNREACHABLE'
  );
}
