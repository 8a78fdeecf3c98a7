import {
  killInOrder,
  type ProgramHost,
  type RunningProgram,
  StderrTail,
  spawnTied,
} from '../../../programs/index.js';
import type { Clock, ProviderError, Timer } from '../../../runtime/index.js';
import { programFault, stalledFault, voiceFault } from '../../child/program-fault.js';
import {
  type EspeakAnswer,
  type EspeakFrame,
  EspeakFrameDecoder,
  type EspeakRequest,
} from './espeak-frames.js';

export interface EspeakChildOptions {
  /** The engine's name, for errors. */
  readonly provider: string;
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** Node.js. */
  readonly nodePath: string;
  /** espeak-child.js. */
  readonly childFile: string;
  /** What the child imports. */
  readonly packageName: string;
  /** Nothing for so long, while something is asked for: it hangs. */
  readonly stallMs: number;
}

/** What one request gives until its `end`. */
export type EspeakListener = (frame: EspeakFrame) => void;

interface Running {
  readonly id: number;
  readonly listener: EspeakListener;
  readonly resolve: () => void;
  readonly reject: (error: ProviderError) => void;
}

/** A request that was taken back and is still being said gets so long before the process is killed. */
const CANCEL_PATIENCE_MS = 1000;
/** Ending of itself takes a few milliseconds. */
const END_PATIENCE_MS = 1000;

/** One process with espeak-ng in it. One request at a time; once it has ended it stays so. */
export class EspeakChildProcess {
  readonly #options: EspeakChildOptions;
  readonly #program: RunningProgram;
  readonly #stderr = new StderrTail(() => {});
  readonly #decoder = new EspeakFrameDecoder();
  readonly #ended: Promise<void>;
  #ready: Extract<EspeakAnswer, { type: 'ready' }> | undefined;
  #running: Running | undefined;
  #watchdog: Timer | undefined;
  #kill: Timer | undefined;
  #fault: ProviderError | undefined;
  #nextId = 1;
  #memoryBytes = 0;

  private constructor(options: EspeakChildOptions, program: RunningProgram) {
    this.#options = options;
    this.#program = program;
    this.#ended = new Promise((resolve) => {
      program.on('error', (error) => {
        this.#end(
          programFault(
            options.provider,
            `Node.js could not be started for ${options.provider}: ${error.message}`,
            { retryable: true },
          ),
        );
        resolve();
      });
      program.on('close', (code, signal) => {
        this.#end(this.#death(code, signal));
        resolve();
      });
    });
    program.stdout?.on('data', (bytes: Buffer) => this.#read(bytes));
    program.stderr?.on('data', (bytes: Buffer) => this.#stderr.push(bytes));
    // It is gone: `close` tells.
    program.stdin?.on('error', () => {});
  }

  /**
   * Starts it and waits until it can speak.
   *
   * @param signal - nobody waits any more: what is being started is killed.
   * @throws {ProviderError}
   */
  static async start(options: EspeakChildOptions, signal: AbortSignal): Promise<EspeakChildProcess> {
    const { host, nodePath, childFile, packageName } = options;
    const call = { file: nodePath, args: [childFile, packageName] };
    const child = new EspeakChildProcess(options, await spawnTied(host, call, { stdin: true }));
    const onAbort = (): void => child.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) child.kill();
    try {
      await child.#wait(0, () => {});
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    return child;
  }

  /** False: nothing more can be asked of it. */
  get isAlive(): boolean {
    return this.#fault === undefined;
  }

  /** It was killed because it hung: what was asked of it may do that to the next as well. */
  get hasStalled(): boolean {
    return this.#fault?.code === 'BRIDGE_ERR_SPEECH_STALLED';
  }

  get sampleRateHz(): number {
    return this.#ready?.sampleRateHz ?? 0;
  }

  /** As it was told with the last end. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /**
   * Asks for something and resolves at its end.
   *
   * @param signal - takes it back; what comes after that is not passed on.
   * @throws {ProviderError}
   */
  async ask(
    request: DistributiveOmit<Exclude<EspeakRequest, { type: 'cancel' }>, 'id'>,
    listener: EspeakListener,
    signal: AbortSignal,
  ): Promise<void> {
    const id = this.#nextId++;
    let patience: Timer | undefined;
    const onAbort = (): void => {
      this.#send({ type: 'cancel', id });
      patience = this.#options.clock.after(CANCEL_PATIENCE_MS, () => this.kill());
    };
    const answered = this.#wait(id, (frame) => {
      if (!signal.aborted) listener(frame);
    });
    this.#send({ ...request, id });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await answered;
    } finally {
      patience?.cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** At once; for one that hangs. */
  kill(): void {
    this.#end(
      programFault(this.#options.provider, `${this.#options.provider} was ended`, { retryable: true }),
    );
    this.#program.kill('SIGKILL');
  }

  /** Lets it end by itself, or kills it. Resolves when it is gone. */
  async close(): Promise<void> {
    const { clock, provider } = this.#options;
    this.#end(programFault(provider, `${provider} was ended`, { retryable: true }));
    this.#program.stdin?.end();
    const patience = clock.after(END_PATIENCE_MS, () => {
      this.#kill = killInOrder(this.#program, clock, () => {});
      this.#program.kill('SIGTERM');
    });
    await this.#ended;
    patience.cancel();
    this.#kill?.cancel();
  }

  #send(request: EspeakRequest): void {
    if (this.#program.stdin?.writable === true) this.#program.stdin.write(`${JSON.stringify(request)}\n`);
  }

  #wait(id: number, listener: EspeakListener): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) {
        reject(this.#fault);
        return;
      }
      this.#running = { id, listener, resolve, reject };
      this.#watch();
    });
  }

  #watch(): void {
    const { clock, stallMs, provider } = this.#options;
    this.#watchdog?.cancel();
    this.#watchdog = clock.after(stallMs, () => {
      this.#end(
        stalledFault(
          provider,
          `${provider} gave nothing for ${stallMs} ms and was ended; the next request starts it anew`,
        ),
      );
      this.#program.kill('SIGKILL');
    });
  }

  #read(bytes: Buffer): void {
    if (this.#fault !== undefined) return;
    try {
      for (const frame of this.#decoder.push(bytes)) this.#take(frame);
    } catch (cause) {
      const { provider } = this.#options;
      this.#end(
        programFault(provider, `${provider} wrote something else than sound and answers`, {
          retryable: true,
          cause,
        }),
      );
      this.#program.kill('SIGKILL');
    }
  }

  #take(frame: EspeakFrame): void {
    const running = this.#running;
    if (running === undefined) return;
    if (frame.kind === 'sound') {
      this.#watch();
      running.listener(frame);
      return;
    }
    const { answer } = frame;
    if (answer.type === 'ready') {
      this.#ready = answer;
      this.#done();
    } else if (answer.id !== running.id) {
      return;
    } else if (answer.type === 'failed') {
      this.#failed(answer);
    } else {
      running.listener(frame);
      if (answer.type === 'end') this.#memoryBytes = answer.memoryBytes;
      if (answer.type === 'events') this.#watch();
      else this.#done();
    }
  }

  /** The request failed, or, without a package, everything. */
  #failed({ what, text }: Extract<EspeakAnswer, { type: 'failed' }>): void {
    const { provider, packageName } = this.#options;
    if (what === 'package') {
      this.#end(missingPackage(provider, packageName, text));
      return;
    }
    const fault =
      what === 'voice'
        ? voiceFault(provider, text, 'the command voices lists them')
        : programFault(provider, `${provider} failed: ${text}`, { retryable: true });
    const running = this.#running;
    this.#done();
    running?.reject(fault);
  }

  #done(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#watchdog?.cancel();
    // Of a rejected promise no more than what was said first is heard.
    queueMicrotask(() => running?.resolve());
  }

  /** Nothing more comes of it; who waits is told why. */
  #end(fault: ProviderError): void {
    this.#watchdog?.cancel();
    this.#fault ??= fault;
    const running = this.#running;
    this.#running = undefined;
    running?.reject(this.#fault);
  }

  #death(code: number | null, signal: NodeJS.Signals | null): ProviderError {
    const { provider } = this.#options;
    const words = this.#stderr.text.split('\n').at(-1) ?? '';
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    return programFault(
      provider,
      `The process that speaks for ${provider} ended ${how}${words === '' ? '' : `: ${words}`}; the next request starts it anew`,
      { retryable: true },
    );
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export function missingPackage(provider: string, packageName: string, words: string): ProviderError {
  const why = words === '' ? '' : ` (${words.split('\n')[0] ?? ''})`;
  return programFault(
    provider,
    `${provider} needs the package ${packageName}, which is not installed or cannot be used${why}; install it with npm install ${packageName}, or choose another engine with --engine`,
  );
}
