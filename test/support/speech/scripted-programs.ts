import { EventEmitter } from 'node:events';
import { type Readable, Writable } from 'node:stream';
import type { ProgramAnswer, ProgramHost, RunningProgram } from '../../../src/programs/index.js';

/** A pipe that delivers at once, so that tests need no real time. */
class ScriptedPipe extends EventEmitter {
  destroy(): this {
    return this;
  }
}

/** A program that speaks, acted by the test. */
export class ScriptedProgram extends EventEmitter implements RunningProgram {
  readonly pid = 4711;
  readonly file: string;
  readonly args: readonly string[];
  readonly stdin: Writable;
  readonly out = new ScriptedPipe();
  readonly err = new ScriptedPipe();
  readonly stdout = this.out as unknown as Readable;
  readonly stderr = this.err as unknown as Readable;
  readonly signals: NodeJS.Signals[] = [];
  /** What it was given on standard input. */
  input = '';
  hasInputEnded = false;
  /** Which signal ends it besides SIGKILL. */
  endsOn: NodeJS.Signals | undefined = 'SIGTERM';
  hasEnded = false;

  constructor(file: string, args: readonly string[]) {
    super();
    this.file = file;
    this.args = args;
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.input += chunk.toString();
        this.emit('input');
        done();
      },
      final: (done) => {
        this.hasInputEnded = true;
        this.emit('inputEnd');
        done();
      },
    });
  }

  kill(signal: NodeJS.Signals): boolean {
    this.signals.push(signal);
    if (signal === this.endsOn || signal === 'SIGKILL') this.end(null, signal);
    return true;
  }

  unref(): void {}

  write(bytes: Uint8Array): void {
    this.out.emit('data', Buffer.from(bytes));
  }

  complain(text: string): void {
    this.err.emit('data', Buffer.from(text));
  }

  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.emit('close', code, signal);
  }

  failToStart(): void {
    this.hasEnded = true;
    this.emit('error', Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' }));
  }
}

export interface ScriptedHost extends ProgramHost {
  readonly spawned: ScriptedProgram[];
}

export interface ScriptedHostOptions {
  /** Programs on PATH. */
  readonly programs?: readonly string[];
  readonly answer?: Partial<ProgramAnswer>;
  /** Acts each program, once whoever spawned it listens. */
  readonly act?: (program: ScriptedProgram, index: number) => void;
}

/** A machine without setpriv and sh, so that what is spawned is what was asked for. */
export function scriptedHost({ programs = [], answer = {}, act }: ScriptedHostOptions = {}): ScriptedHost {
  const spawned: ScriptedProgram[] = [];
  return {
    platform: 'linux',
    env: {},
    spawned,
    find: async (program) => (programs.includes(program) ? `/usr/bin/${program}` : undefined),
    spawn: (file, args) => {
      const program = new ScriptedProgram(file, args);
      spawned.push(program);
      setImmediate(() => act?.(program, spawned.length - 1));
      return program;
    },
    run: async () => ({ code: 0, stdout: '', stderr: '', ...answer }),
  };
}

/** Lets promises that are already resolved, and what they lead to, run on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
