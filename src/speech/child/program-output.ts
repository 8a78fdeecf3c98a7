import {
  killInOrder,
  type ProgramCall,
  type ProgramHost,
  type RunningProgram,
  StderrTail,
  spawnTied,
} from '../../programs/index.js';
import type { Clock, Timer } from '../../runtime/index.js';
import { PartQueue } from './part-queue.js';
import { programFault, stalledFault } from './program-fault.js';

export interface ProgramOutputOptions {
  /** The engine's name, for errors. */
  readonly provider: string;
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** What it reads on standard input. */
  readonly input: string;
  /** Neither output nor end for so long: it hangs. */
  readonly stallMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a program that was let run to its end did. */
export interface ProgramEnd {
  readonly code: number | null;
  /** The last 2 KB of what it said on standard error. */
  readonly complaint: string;
}

/**
 * Runs a program that speaks: gives what it writes as it comes, and returns how it ended by itself.
 *
 * Whoever leaves the loop, or aborts, kills it.
 *
 * @throws {ProviderError} PROGRAM - it could not be started, or was killed by someone else; STALLED; the signal's reason.
 */
export async function* programOutput(
  call: ProgramCall,
  options: ProgramOutputOptions,
): AsyncGenerator<Uint8Array, ProgramEnd> {
  const { signal, host } = options;
  signal?.throwIfAborted();
  const run = new ProgramRun(await spawnTied(host, call, { stdin: true }), options);
  const onAbort = (): void => run.fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    for await (const chunk of run.output) yield chunk;
    return run.end;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    run.stop();
  }
}

class ProgramRun {
  readonly output = new PartQueue<Uint8Array>();
  readonly #options: ProgramOutputOptions;
  readonly #program: RunningProgram;
  readonly #stderr = new StderrTail(() => {});
  #end: ProgramEnd | undefined;
  #isGone = false;
  #watchdog: Timer | undefined;
  #kill: Timer | undefined;

  constructor(program: RunningProgram, options: ProgramOutputOptions) {
    this.#program = program;
    this.#options = options;
    const { provider, input } = options;
    program.on('error', (error) => {
      this.#isGone = true;
      this.fail(programFault(provider, `the program of ${provider} could not be started: ${error.message}`));
    });
    program.on('close', (code, signal) => this.#closed(code, signal));
    program.stdout?.on('data', (bytes: Buffer) => {
      this.#watch();
      this.output.push(bytes);
    });
    program.stderr?.on('data', (bytes: Buffer) => this.#stderr.push(bytes));
    // A program that ended at once reads nothing; its end tells why.
    program.stdin?.on('error', () => {});
    program.stdin?.end(input);
    this.#watch();
  }

  get end(): ProgramEnd {
    return this.#end ?? { code: null, complaint: '' };
  }

  fail(error: unknown): void {
    this.output.fail(error);
    this.stop();
  }

  /** Kills it unless it has ended. Idempotent. */
  stop(): void {
    this.#watchdog?.cancel();
    if (this.#isGone || this.#kill !== undefined) return;
    // Before the signal, whose effect may be told at once.
    this.#kill = killInOrder(this.#program, this.#options.clock, () => {});
    this.#program.kill('SIGTERM');
  }

  #closed(code: number | null, signal: NodeJS.Signals | null): void {
    const { provider } = this.#options;
    this.#isGone = true;
    this.#watchdog?.cancel();
    this.#kill?.cancel();
    this.#end = { code, complaint: this.#stderr.text };
    if (signal !== null)
      this.output.fail(
        programFault(provider, `the program of ${provider} was ended by ${signal}`, { retryable: true }),
      );
    else this.output.end();
  }

  #watch(): void {
    const { clock, stallMs, provider } = this.#options;
    this.#watchdog?.cancel();
    this.#watchdog = clock.after(stallMs, () => {
      this.fail(
        stalledFault(provider, `the program of ${provider} gave nothing for ${stallMs} ms and was ended`),
      );
    });
  }
}
