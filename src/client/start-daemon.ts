import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, errorText, sleep, TransportError } from '../runtime/index.js';
import { openLocal } from './connect.js';

export interface StartDaemonOptions {
  /** Where it will answer. */
  readonly socketPath: string;
  /** Its environment: it reads its settings from there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Gives up: the daemon that does not answer yet is ended. */
  readonly signal?: AbortSignal | undefined;
}

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 40;

/**
 * Starts a daemon as a process of its own that outlives this one.
 *
 * Its log goes beside its socket. Resolves with its process id when it answers.
 *
 * @throws {TransportError} BRIDGE_ERR_DAEMON_START - with the last lines of its log; the signal's reason.
 */
export async function startDaemon(options: StartDaemonOptions): Promise<number> {
  const { socketPath, env, clock } = options;
  const logPath = process.platform === 'win32' ? undefined : socketPath.replace(/\.sock$/, '.log');
  if (logPath !== undefined) mkdirSync(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = logPath === undefined ? 'ignore' : openSync(logPath, 'a', 0o600);
  const bin = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'daemon', 'start', '--foreground'], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...env },
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
  const untilMs = clock.nowMs() + START_TIMEOUT_MS;
  while (ended === undefined && clock.nowMs() < untilMs) {
    try {
      await sleep(clock, POLL_MS, options.signal);
    } catch (error) {
      child.kill('SIGTERM');
      throw error;
    }
    if (!(await isAnswered(socketPath))) continue;
    child.removeAllListeners();
    return child.pid ?? 0;
  }
  // Another program may have started one at the same time: then ours gave way to it.
  if (await isAnswered(socketPath)) return child.pid ?? 0;
  throw new TransportError(
    'BRIDGE_ERR_DAEMON_START',
    `The daemon could not be started: ${ended ?? 'it did not answer in time'}${logTail(logPath)}`,
  );
}

async function isAnswered(socketPath: string): Promise<boolean> {
  const channel = await openLocal(socketPath).catch(() => undefined);
  channel?.close();
  return channel !== undefined;
}

function logTail(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? '' : `\n${text.split('\n').slice(-5).join('\n')}`;
  } catch {
    return '';
  }
}
