import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { DeviceHost, ProgramAnswer, SoundProgram } from '../../../src/devices/index.js';

/** A pipe that delivers at once, so that tests need no real time. */
class ActedPipe extends EventEmitter {
  isDestroyed = false;

  destroy(): this {
    this.isDestroyed = true;
    return this;
  }

  resume(): this {
    return this;
  }
}

/** A recorder acted by the test. */
export class ActedProgram extends EventEmitter implements SoundProgram {
  pid: number | undefined = 4711;
  readonly out = new ActedPipe();
  readonly err = new ActedPipe();
  readonly stdin: Writable | null = null;
  readonly stdout = this.out as unknown as Readable;
  readonly stderr = this.err as unknown as Readable;
  readonly signals: NodeJS.Signals[] = [];
  /** Which signal ends it; undefined: none but SIGKILL does. */
  endsOn: NodeJS.Signals | undefined = 'SIGTERM';
  /** Not even SIGKILL ends it, as when a driver hangs. */
  isStuckInKernel = false;
  isUnreferenced = false;

  kill(signal: NodeJS.Signals): boolean {
    this.signals.push(signal);
    if (this.isStuckInKernel) return true;
    if (signal === this.endsOn || signal === 'SIGKILL') this.end(null, signal);
    return true;
  }

  unref(): void {
    this.isUnreferenced = true;
  }

  sound(bytes: Buffer): void {
    this.out.emit('data', bytes);
  }

  /** One frame of 20 ms: loud enough not to be silence, and told apart by its first byte. */
  frame(value = 1): void {
    this.sound(Buffer.alloc(640, value));
  }

  say(text: string): void {
    this.err.emit('data', Buffer.from(text));
  }

  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.emit('close', code, signal);
  }

  /** As Node tells that a program could not be spawned. */
  failToStart(code: string): void {
    this.pid = undefined;
    this.emit('error', Object.assign(new Error(`spawn parec ${code}`), { code }));
  }
}

export interface SpawnCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly program: ActedProgram;
}

export interface ActedHostOptions {
  readonly platform?: NodeJS.Platform;
  /** Programs on PATH. */
  readonly programs?: readonly string[];
  /** What listing programs answer, by `program first-argument…`, the longest fit first. */
  readonly answers?: Readonly<Record<string, Partial<ProgramAnswer>>>;
  /** Acts each program as it is spawned. */
  readonly onSpawn?: (call: SpawnCall) => void;
}

/** A machine that is acted: nothing runs. */
export function actedHost(options: ActedHostOptions = {}): DeviceHost & { readonly spawned: SpawnCall[] } {
  const { programs = ['parec'], answers = {}, platform = 'linux' } = options;
  const spawned: SpawnCall[] = [];
  return {
    platform,
    env: {},
    spawned,
    find: async (program) => (programs.includes(program) ? `/bin/${program}` : undefined),
    spawn: (file, args) => {
      const call = { file, args, program: new ActedProgram() };
      spawned.push(call);
      if (options.onSpawn !== undefined) queueMicrotask(() => options.onSpawn?.(call));
      return call.program;
    },
    run: async (file, args) => {
      const line = [file.replace('/bin/', ''), ...args].join(' ');
      const key = Object.keys(answers)
        .filter((candidate) => line.startsWith(candidate))
        .sort((a, b) => b.length - a.length)[0];
      const answer = key === undefined ? { code: 1 } : answers[key];
      return { code: 0, stdout: '', stderr: '', ...answer };
    },
  };
}

/** Lets promises that are already resolved run on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
