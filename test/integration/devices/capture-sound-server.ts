import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PulseAudio of this test's own, with a sink whose monitor is the microphone and another one. */
export interface SoundServer {
  /** For programs that shall use it and no other. */
  readonly env: Readonly<Record<string, string>>;
  /** Unplugs the microphone. */
  unplug(): Promise<void>;
  /** Plugs it in. */
  plug(): Promise<void>;
  /** Plays s16le mono 16 000 Hz into what the microphone hears; resolves when it was heard. */
  play(pcm: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

export const MICROPHONE = 'mic.monitor';

export async function startSoundServer(): Promise<SoundServer> {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  const script = join(folder, 'server.pa');
  writeFileSync(
    script,
    'load-module module-native-protocol-unix auth-anonymous=1\nload-module module-null-sink sink_name=other rate=48000 channels=2\n',
  );
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    PULSE_SERVER: `unix:${folder}/pulse/native`,
    LC_ALL: 'C',
  };
  const args = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '-F', script];
  const server = spawn('pulseaudio', args, { env, stdio: 'ignore' });
  const pactl = async (...words: string[]): Promise<string> =>
    (await run('pactl', words, { env, timeout: 5000 })).stdout.trim();
  let module = '';
  const plug = async (): Promise<void> => {
    module = await pactl('load-module', 'module-null-sink', 'sink_name=mic', 'rate=16000', 'channels=1');
    await pactl('set-default-source', MICROPHONE);
  };
  await untilAnswered(() => pactl('info'), server);
  await plug();
  return {
    env,
    plug,
    unplug: async () => {
      await pactl('unload-module', module);
    },
    play: (pcm) => play(pcm, env),
    stop: async () => {
      server.kill('SIGKILL');
      await new Promise((resolve) =>
        (server.exitCode ?? server.signalCode) ? resolve(0) : server.once('exit', resolve),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswered(ask: () => Promise<unknown>, server: ChildProcess): Promise<void> {
  for (let time = 0; time < 100 && server.exitCode === null; time++) {
    if (
      await ask().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('PulseAudio did not start');
}

function play(pcm: Uint8Array, env: Readonly<Record<string, string>>): Promise<void> {
  const args = ['--raw', '--format=s16le', '--rate=16000', '--channels=1', '--device=mic'];
  const player = spawn('pacat', args, { env, stdio: ['pipe', 'ignore', 'inherit'] });
  // A sink that wakes swallows the first samples.
  player.stdin.write(Buffer.alloc(6400));
  player.stdin.end(pcm);
  return new Promise((resolve, reject) => {
    player.on('error', reject);
    player.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`pacat ended with ${code}`))));
  });
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return true;
}

/** Waits for something that must come to be within `withinMs`. */
export async function until(isSo: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > untilMs) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
