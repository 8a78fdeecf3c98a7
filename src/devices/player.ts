import { killInOrder, StderrTail } from '../programs/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import type { SoundProgram } from './host.js';

/** How a player ended. */
export interface PlayerEnd {
  /** It could not be started at all. */
  readonly startError: Error | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last words, at most 2 KB, without its running clock. */
  readonly stderr: string;
}

export interface PlayerProcessOptions {
  readonly program: SoundProgram;
  readonly clock: Clock;
  /** Lines that tell nothing when it has ended: its running clock. */
  readonly chatter: RegExp | undefined;
  readonly onLine: (line: string, readAtMs: number) => void;
  /** It writes errors faster than anybody can mean to. At most once. */
  readonly onFlood: () => void;
  /** Once, last. */
  readonly onEnd: (end: PlayerEnd) => void;
}

const FLOOD_WINDOW_MS = 1000;
/** A player's clock is 1 to 4 KB a second. */
const FLOOD_WINDOW_BYTES = 256 * 1024;

/** One run of one playing program, from its spawn until it is gone. */
export class PlayerProcess {
  readonly #options: PlayerProcessOptions;
  readonly #lines: StderrTail;
  readonly #words: StderrTail;
  readonly gone: Promise<void>;
  #isGone = false;
  #isEnding = false;
  #killTimer: Timer | undefined;
  #windowFromMs: number;
  #windowBytes = 0;
  #finish: (code: number | null, signal: NodeJS.Signals | null) => void = () => {};

  constructor(options: PlayerProcessOptions) {
    this.#options = options;
    const { program, clock } = options;
    this.#windowFromMs = clock.nowMs();
    this.#lines = new StderrTail((line) => options.onLine(line, clock.nowMs()));
    this.#words = new StderrTail(() => {}, options.chatter);
    program.stderr?.on('data', (bytes: Buffer) => this.#listen(bytes));
    // pw-play tells on standard output what others tell on standard error.
    program.stdout?.on('data', (bytes: Buffer) => this.#listen(bytes));
    for (const pipe of [program.stdin, program.stdout, program.stderr]) {
      // A pipe that breaks is followed by the end of the program, which says more.
      pipe?.on('error', () => {});
    }
    this.gone = this.#watch();
  }

  /** Hands bytes to the pipe; a player that takes none leaves them in it, which the clock shows. */
  write(bytes: Uint8Array): void {
    if (!this.#isGone && !this.#isEnding) this.#options.program.stdin?.write(bytes);
  }

  /** No more comes; it plays what it has and ends. */
  endInput(): void {
    if (!this.#isGone) this.#options.program.stdin?.end();
  }

  /**
   * Ends it at once, whatever it still holds. Idempotent.
   *
   * @returns When it is gone; at the latest after 1.5 s, when even SIGKILL did not end it.
   */
  kill(): Promise<void> {
    if (this.#isEnding || this.#isGone) return this.gone;
    this.#isEnding = true;
    const { program, clock } = this.#options;
    this.#killTimer = killInOrder(program, clock, () => this.#finish(null, 'SIGKILL'));
    program.stdin?.destroy();
    program.kill('SIGTERM');
    return this.gone;
  }

  #watch(): Promise<void> {
    const { program, onEnd } = this.#options;
    return new Promise((resolve) => {
      let startError: Error | undefined;
      this.#finish = (code, signal) => {
        if (this.#isGone) return;
        this.#isGone = true;
        this.#killTimer?.cancel();
        resolve();
        onEnd({ startError, code, signal, stderr: this.#words.text });
      };
      program.on('error', (error) => {
        startError = error;
        // A program that did not start has no pipes to close and no `close` to wait for.
        if (program.pid === undefined) this.#finish(null, null);
      });
      program.on('close', (code, signal) => this.#finish(code, signal));
    });
  }

  #listen(bytes: Buffer): void {
    if (this.#isEnding) return;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#windowFromMs >= FLOOD_WINDOW_MS) {
      this.#windowFromMs = nowMs;
      this.#windowBytes = 0;
    }
    const before = this.#windowBytes;
    this.#windowBytes += bytes.byteLength;
    if (this.#windowBytes > FLOOD_WINDOW_BYTES) {
      if (before <= FLOOD_WINDOW_BYTES) this.#options.onFlood();
      return;
    }
    this.#words.push(bytes);
    this.#lines.push(bytes);
  }
}
