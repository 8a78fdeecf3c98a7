import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcessesOf } from '../../support/processes-of.js';

const BIN = fileURLToPath(new URL('../../../bin/mmdagent-bridge.js', import.meta.url));
const LIMIT_MS = 25_000;

export interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Until either stream has said this. */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly type: (input: string | Uint8Array) => void;
}

export interface CliRig {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command to its end. */
  readonly run: (...args: string[]) => Promise<Ended>;
  readonly start: (...args: string[]) => Running;
  readonly file: (name: string, content: string | Uint8Array) => string;
  readonly close: () => Promise<void>;
}

/** Commands as a user runs them, in a folder and with daemons of their own, of which none is left when it is closed. */
export function cliRig(): CliRig {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], XDG_RUNTIME_DIR: directory };
  const children = new Set<ChildProcess>();
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: directory, env });
    children.add(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let stdout = '';
    let stderr = '';
    const wakers = new Set<() => void>();
    const heard = (): void => {
      for (const wake of wakers) wake();
    };
    child.stdout.on('data', (data) => {
      stdout += data;
      heard();
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      heard();
    });
    child.stdin.on('error', () => {});
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        children.delete(child);
        resolve({ code: signal ?? code, stdout, stderr });
        heard();
      });
    });
    return {
      child,
      ended,
      type: (input) => child.stdin.write(input),
      says: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const isThere = pattern.test(stdout) || pattern.test(stderr);
            if (!isThere && children.has(child)) return;
            wakers.delete(look);
            if (isThere) resolve();
            else reject(new Error(`It never said ${pattern}: ${stdout}${stderr}`));
          };
          wakers.add(look);
          look();
        }),
    };
  };
  const run = (...args: string[]): Promise<Ended> => {
    const running = start(...args);
    running.child.stdin?.end();
    return running.ended;
  };
  return {
    directory,
    env,
    run,
    start,
    file: (name, content) => {
      writeFileSync(join(directory, name), content);
      return name;
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      const place = join(directory, 'mmdagent-bridge');
      // Not every command needs a daemon.
      const sockets = existsSync(place) ? readdirSync(place).filter((name) => name.endsWith('.sock')) : [];
      const names = sockets.map((name) => name.slice(0, -'.sock'.length));
      await Promise.all(
        names.map((name) =>
          run('daemon', 'stop', '--force', ...(name === 'daemon' ? [] : ['--daemon', name])),
        ),
      );
      // One may be opening still, whose command was killed, and has no socket yet.
      await endProcessesOf(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A 16 kHz mono WAV of so much sound. */
export function wav(ms: number): Uint8Array {
  const pcm = new Int16Array(ms * 16).map((_, n) => 1 + ((n * 7919) % 9000));
  const bytes = Buffer.alloc(44 + pcm.byteLength);
  bytes.write('RIFF');
  bytes.writeUInt32LE(36 + pcm.byteLength, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [at, value] of [16, 0x1_0001, 16_000, 32_000, 0x10_0002].entries())
    bytes.writeUInt32LE(value, 16 + 4 * at);
  bytes.write('data', 36);
  bytes.writeUInt32LE(pcm.byteLength, 40);
  bytes.set(new Uint8Array(pcm.buffer), 44);
  return bytes;
}
