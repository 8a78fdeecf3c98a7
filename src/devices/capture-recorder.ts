import { killInOrder, StderrTail } from '../programs/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import type { SoundProgram } from './host.js';

/** How a recorder ended. */
export interface RecorderEnd {
  /** It could not be started at all. */
  readonly startError: Error | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last words, at most 2 KB. */
  readonly stderr: string;
}

export interface RecorderOptions {
  readonly program: SoundProgram;
  readonly clock: Clock;
  readonly chatter: RegExp | undefined;
  readonly onSound: (bytes: Buffer, arrivedAtMs: number) => void;
  readonly onLine: (line: string) => void;
  /** It writes errors faster than anybody can mean to. */
  readonly onFlood: () => void;
  /** Once, last. */
  readonly onEnd: (end: RecorderEnd) => void;
}

const FLOOD_WINDOW_MS = 1000;
const FLOOD_WINDOW_BYTES = 1024 * 1024;
/** So much without any sound in between is a flood at any speed. */
const FLOOD_TOTAL_BYTES = 4 * 1024 * 1024;

/** One run of one recording program, from its spawn until it is gone. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #tail: StderrTail;
  readonly #gone: Promise<void>;
  #isGone = false;
  #isEnding = false;
  #killTimer: Timer | undefined;
  #windowFromMs: number;
  #windowBytes = 0;
  #bytesWithoutSound = 0;
  #finish: (code: number | null, signal: NodeJS.Signals | null) => void = () => {};

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { program, clock } = options;
    this.#windowFromMs = clock.nowMs();
    this.#tail = new StderrTail((line) => {
      if (!this.#isEnding) options.onLine(line);
    }, options.chatter);
    program.stdout?.on('data', (bytes: Buffer) => this.#sound(bytes));
    program.stderr?.on('data', (bytes: Buffer) => this.#complaint(bytes));
    // A pipe that breaks is followed by the end of the program, which says more.
    program.stdout?.on('error', () => {});
    program.stderr?.on('error', () => {});
    this.#gone = new Promise((resolve) => {
      let startError: Error | undefined;
      program.on('error', (error) => {
        startError = error;
        // A program that did not start has no pipes to close and no `close` to wait for.
        if (program.pid === undefined) this.#finish(null, null);
      });
      this.#finish = (code, signal) => {
        if (this.#isGone) return;
        this.#isGone = true;
        this.#killTimer?.cancel();
        resolve();
        options.onEnd({ startError, code, signal, stderr: this.#tail.text });
      };
      program.on('close', (code, signal) => this.#finish(code, signal));
    });
  }

  get stderr(): string {
    return this.#tail.text;
  }

  /**
   * Ends it: SIGTERM, SIGKILL when it is still there 500 ms later. Nothing is told any more but that.
   *
   * @returns When it is gone; at the latest after 1.5 s, when even SIGKILL did not end it.
   */
  end(): Promise<void> {
    if (this.#isEnding || this.#isGone) return this.#gone;
    this.#isEnding = true;
    const { program, clock } = this.#options;
    this.#killTimer = killInOrder(program, clock, () => this.#finish(null, 'SIGKILL'));
    program.kill('SIGTERM');
    return this.#gone;
  }

  #sound(bytes: Buffer): void {
    if (this.#isEnding) return;
    this.#bytesWithoutSound = 0;
    this.#options.onSound(bytes, this.#options.clock.nowMs());
  }

  #complaint(bytes: Buffer): void {
    if (this.#isEnding) return;
    this.#tail.push(bytes);
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#windowFromMs >= FLOOD_WINDOW_MS) {
      this.#windowFromMs = nowMs;
      this.#windowBytes = 0;
    }
    this.#windowBytes += bytes.byteLength;
    this.#bytesWithoutSound += bytes.byteLength;
    if (this.#windowBytes > FLOOD_WINDOW_BYTES || this.#bytesWithoutSound > FLOOD_TOTAL_BYTES) {
      this.#options.onFlood();
    }
  }
}
