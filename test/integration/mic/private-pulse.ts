import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../daemon/rig.js';

export interface PrivatePulse {
  /** For everything that shall use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Plays s16le mono 16 000 Hz into the null sink whose monitor is the microphone; resolves when it has been played. */
  play(samples: Int16Array): Promise<void>;
  close(): void;
}

/** The monitor that hears what is played. */
export const MICROPHONE = 'mic.monitor';

/** A PulseAudio of our own with a null sink: no sound card and nobody's settings. */
export async function startPulse(directory: string): Promise<PrivatePulse> {
  const runtime = join(directory, 'pulse-run');
  mkdirSync(runtime, { mode: 0o700 });
  const script = join(runtime, 'setup.pa');
  const socket = join(runtime, 'native');
  const sink = 'load-module module-null-sink sink_name=mic rate=16000 channels=1 format=s16le';
  writeFileSync(
    script,
    `load-module module-native-protocol-unix auth-anonymous=1 socket=${socket}\n${sink}\n`,
  );
  const env = { XDG_RUNTIME_DIR: runtime, PULSE_SERVER: `unix:${socket}`, HOME: runtime };
  const args = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '-F', script];
  const server = spawn('pulseaudio', args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  await until(() => isListed(env));
  return {
    env: { PULSE_SERVER: env.PULSE_SERVER },
    play: (samples) => played(samples, env),
    close: () => void server.kill('SIGKILL'),
  };
}

function isListed(env: Readonly<Record<string, string>>): boolean {
  try {
    const sources = execFileSync('pactl', ['list', 'short', 'sources'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return sources.toString().includes(MICROPHONE);
  } catch {
    return false;
  }
}

function played(samples: Int16Array, env: Readonly<Record<string, string>>): Promise<void> {
  const args = ['--raw', '--device=mic', '--format=s16le', '--rate=16000', '--channels=1', '--volume=65536'];
  const player: ChildProcess = spawn('pacat', args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  player.stdin?.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  return new Promise((resolve, reject) => {
    player.on('error', reject);
    player.on('close', () => resolve());
  });
}
