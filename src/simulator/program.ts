import type { Clock, Timer } from '../runtime/index.js';
import { FrameLoop } from './frame-loop.js';

export interface ProgramOptions {
  readonly clock: Clock;
  readonly fps: number;
  /** Bytes of a message that all connections get, newline included. */
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onMessage: (type: string, args: readonly string[]) => void;
  /** After the messages of a frame. */
  readonly onFrame: (nowMs: number) => void;
  /** Whether the face needs frames. */
  readonly isFaceMoving: () => boolean;
  readonly onViolation: (rule: string, text: string) => void;
}

type Entry =
  | { readonly kind: 'line'; readonly line: Uint8Array; readonly readableAtMs: number }
  | { readonly kind: 'task'; readonly run: () => void };

/** Socket thread to message queue. Fitted to 28 ms inside the peer at 60 fps [peer-facts-2 2.2]. */
const READ_DELAY_MS = 3;
/** The peer's message buffer holds 2048 bytes with the final NUL: longer echoes lose their newline [peer-facts 6]. */
const ECHO_BYTES = 2047;
/** The real queue has no known bound; beyond this messages are refused with a violation. */
const MAX_QUEUED = 20_000;

/**
 * The message queue of the peer: what arrives before a frame is taken over on that frame and executed on the next.
 *
 * So a message takes one to two display frames [peer-facts-2 2.6], and nothing runs while the program is frozen. Every
 * executed message goes out to all connections first (the echo), then takes effect.
 */
export class Program {
  readonly frames: FrameLoop;
  readonly #options: ProgramOptions;
  readonly #arrived: Entry[] = [];
  readonly #ready: Entry[] = [];
  readonly #timers = new Set<Timer>();
  #isStopped = false;
  #echoBytes: number | undefined;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.frames = new FrameLoop({
      clock: options.clock,
      fps: options.fps,
      onFrame: (nowMs) => this.#frame(nowMs),
      isNeeded: () => this.#arrived.length + this.#ready.length > 0 || options.isFaceMoving(),
    });
  }

  /** A message from a connection or from another thread of the program: executed one to two frames later. */
  enqueue(line: Uint8Array | string): void {
    if (this.#isStopped) return;
    if (this.#arrived.length >= MAX_QUEUED) {
      this.#options.onViolation('queue-full', `${MAX_QUEUED} messages waiting, one refused`);
      return;
    }
    const readableAtMs = this.#options.clock.nowMs() + (typeof line === 'string' ? 0 : READ_DELAY_MS);
    this.#arrived.push({ kind: 'line', line: typeof line === 'string' ? utf8(line) : line, readableAtMs });
    this.frames.wake();
  }

  /** A message the program gives itself: executed on the next frame. */
  enqueueNext(line: string): void {
    this.#ready.push({ kind: 'line', line: utf8(line), readableAtMs: 0 });
    this.frames.wake();
  }

  /** An event that happens on this very frame. */
  post(line: string): void {
    const bytes = utf8(line);
    this.#options.onOutput(withNewline(bytes, ECHO_BYTES));
    const { type, args } = splitMessage(bytes);
    this.#options.onMessage(type, args);
  }

  /** Runs on the first frame at least `delayMs` from now (later while frozen). */
  after(delayMs: number, run: () => void): Timer {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.#ready.push({ kind: 'task', run });
      this.frames.wake();
    });
    this.#timers.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.#timers.delete(timer);
      },
    };
  }

  /** Freezes the program now; `then` is the first thing to happen afterwards. */
  freeze(durationMs: number, then: () => void): void {
    this.#ready.unshift({ kind: 'task', run: then });
    this.frames.freezeUntil(this.#options.clock.nowMs() + durationMs);
  }

  /** The next echo is cut to `bytes` and has no newline. */
  truncateNextEcho(bytes: number): void {
    this.#echoBytes = bytes;
  }

  stop(): void {
    this.#isStopped = true;
    this.frames.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#arrived.length = 0;
    this.#ready.length = 0;
  }

  #frame(nowMs: number): void {
    let count = this.#ready.length;
    while (count-- > 0 && !this.#isStopped && !this.frames.isFrozen) {
      const entry = this.#ready.shift();
      if (entry?.kind === 'task') entry.run();
      else if (entry?.kind === 'line') this.#execute(entry.line);
    }
    if (this.#isStopped || this.frames.isFrozen) return;
    while (this.#arrived[0]?.kind === 'line' && this.#arrived[0].readableAtMs <= nowMs) {
      const entry = this.#arrived.shift();
      if (entry !== undefined) this.#ready.push(entry);
    }
    this.#options.onFrame(nowMs);
  }

  #execute(line: Uint8Array): void {
    const message = normalise(line);
    if (message.length === 0) return;
    const limit = this.#echoBytes ?? ECHO_BYTES;
    this.#echoBytes = undefined;
    this.#options.onOutput(withNewline(message, limit));
    const { type, args } = splitMessage(message);
    this.#options.onMessage(type, args);
  }
}

/** `|X` becomes `X`, `A|` becomes `A`; empty fields in between stay [peer-facts 6]. */
function normalise(line: Uint8Array): Uint8Array {
  const bar = 0x7c;
  let start = 0;
  while (line[start] === bar) start++;
  const typeEnd = line.indexOf(bar, start);
  const end = typeEnd >= 0 && typeEnd === line.length - 1 ? typeEnd : line.length;
  return line.subarray(start, end);
}

function splitMessage(line: Uint8Array): { readonly type: string; readonly args: readonly string[] } {
  const [type = '', ...args] = new TextDecoder().decode(line).split('|');
  return { type, args: args.filter((arg) => arg !== '') };
}

function withNewline(line: Uint8Array, limitBytes: number): Uint8Array {
  const bytes = new Uint8Array(line.length + 1);
  bytes.set(line);
  bytes[line.length] = 0x0a;
  return bytes.length > limitBytes ? bytes.slice(0, limitBytes) : bytes;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
