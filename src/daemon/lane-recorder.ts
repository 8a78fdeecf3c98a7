import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundRecorder } from '../audio/index.js';
import { BYTES_PER_MS } from '../protocol/index.js';
import { type Clock, errorText, type Logger } from '../runtime/index.js';
import { RECORDING_VERSION, type RecordedLine } from './recorded-line.js';

export interface LaneRecorderOptions {
  /** Is made, with what lies above it. */
  readonly directory: string;
  readonly lane: string;
  readonly model: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A line without the time, which the recorder adds. */
export type UntimedLine = RecordedLine extends infer Line
  ? Line extends RecordedLine
    ? Omit<Line, 'atMs'>
    : never
  : never;

/** Sound heard this much apart from where the sound before it ends begins a new stretch. */
const GAP_MS = 0.5;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** What may wait for the files to be there. */
const MAX_EARLY_LINES = 2000;
const MAX_EARLY_BYTES = 1024 * 1024;
const CLOCK_CHECK_MS = 1000;
/** Less than this between wall and monotonic clock is their rounding. */
const CLOCK_STEP_MS = 5;

/**
 * One lane's recording: sound.wav and messages.jsonl.
 *
 * | state   | calls                                  | then                                          |
 * |---------|----------------------------------------|-----------------------------------------------|
 * | opening | are kept, up to 2000 lines and 1 MiB   | files are there → open; cannot be made → failed |
 * | open    | go to the files' buffers, never wait   | a file fails → failed; `close` → closed       |
 * | failed  | do nothing                             | warned once                                   |
 * | closed  | do nothing                             |                                               |
 *
 * What a full buffer leaves out is counted and told by a `lost` line; positions count only what is in sound.wav.
 */
export class LaneRecorder {
  readonly #options: LaneRecorderOptions;
  readonly #startMs: number;
  readonly #opened: Promise<void>;
  #early: (() => void)[] | undefined = [];
  #earlyBytes = 0;
  #earlyLines = 0;
  #sound: SoundRecorder | undefined;
  #lines: WriteStream | undefined;
  #soundBytes = 0;
  #heardToMs = Number.NEGATIVE_INFINITY;
  /** The wall clock less the monotonic one, as last written. */
  #wallOffsetMs: number;
  #clockDueMs: number;
  #lostLines = 0;
  #lostBytes = 0;
  #isFailed = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: LaneRecorderOptions) {
    this.#options = options;
    const { clock, lane, model } = options;
    this.#startMs = clock.nowMs();
    const wallMs = clock.wallMs();
    this.#wallOffsetMs = wallMs - this.#startMs;
    this.#clockDueMs = this.#startMs + CLOCK_CHECK_MS;
    this.#opened = this.#open().catch((error: unknown) => this.#fail(error));
    const monotonicMs = rounded(this.#startMs);
    this.#write({ atMs: 0, kind: 'begin', version: RECORDING_VERSION, lane, model, wallMs, monotonicMs });
  }

  /**
   * @param pcm - s16le mono 16 kHz, whole samples; copied.
   * @param heardAtMs - when its first sample is heard, on the clock.
   */
  sound(pcm: Uint8Array, nowMs: number, heardAtMs: number): void {
    if (this.#isFailed || this.#isClosed) return;
    const soundMs = this.#soundMs;
    if (!this.#keep(pcm)) {
      // What comes after it does not join what was before.
      this.#heardToMs = Number.NEGATIVE_INFINITY;
      this.#lostBytes += pcm.byteLength;
      return;
    }
    const isTold =
      Math.abs(heardAtMs - this.#heardToMs) <= GAP_MS ||
      this.#line(nowMs, { kind: 'sound', soundMs, heardAtMs: this.#since(heardAtMs) });
    this.#heardToMs = isTold ? heardAtMs + pcm.byteLength / BYTES_PER_MS : Number.NEGATIVE_INFINITY;
    this.#soundBytes += pcm.byteLength;
    if (nowMs >= this.#clockDueMs) this.#checkClock(nowMs);
  }

  message(kind: 'sent' | 'received' | 'echo', text: string): void {
    this.line({ kind, soundMs: this.#soundMs, text });
  }

  /** Times within the line are the caller's: see `sinceBegin`. */
  line(line: UntimedLine): void {
    this.#line(this.#options.clock.nowMs(), line);
  }

  /** A time of the clock as lines have it. */
  sinceBegin(atMs: number): number {
    return this.#since(atMs);
  }

  /** Idempotent. Resolves when both files are whole. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opened;
    this.line({ kind: 'end', soundMs: this.#soundMs });
    this.#isClosed = true;
    await this.#sound?.close().catch((error: unknown) => this.#fail(error));
    await new Promise<void>((resolve) => {
      if (this.#lines === undefined || this.#lines.destroyed) resolve();
      else this.#lines.end(() => resolve());
    });
  }

  get #soundMs(): number {
    return this.#soundBytes / BYTES_PER_MS;
  }

  #since(atMs: number): number {
    return rounded(atMs - this.#startMs);
  }

  /** False when there is no room for it. */
  #keep(pcm: Uint8Array): boolean {
    if (this.#early === undefined) {
      const isKept = this.#sound?.write(pcm) ?? false;
      if (this.#sound?.failure !== undefined) this.#fail(this.#sound.failure);
      return isKept;
    }
    if (this.#earlyBytes + pcm.byteLength > MAX_EARLY_BYTES) return false;
    this.#earlyBytes += pcm.byteLength;
    // The caller writes its frame again.
    const copy = pcm.slice();
    this.#early.push(() => this.#sound?.write(copy));
    return true;
  }

  /** False when there is no room for it. */
  #line(nowMs: number, line: UntimedLine): boolean {
    if (this.#isFailed || this.#isClosed) return false;
    if (nowMs >= this.#clockDueMs) this.#checkClock(nowMs);
    const atMs = this.#since(nowMs);
    if (this.#lostLines > 0 || this.#lostBytes > 0) {
      const lost = { lostLines: this.#lostLines, lostSoundMs: this.#lostBytes / BYTES_PER_MS };
      if (this.#write({ atMs, kind: 'lost', ...lost })) {
        this.#lostLines = 0;
        this.#lostBytes = 0;
      }
    }
    const isWritten = this.#write({ atMs, ...line } as RecordedLine);
    if (!isWritten) this.#lostLines++;
    return isWritten;
  }

  /** False when there is no room for it. */
  #write(line: RecordedLine): boolean {
    if (this.#early !== undefined) {
      if (++this.#earlyLines > MAX_EARLY_LINES) return false;
      this.#early.push(() => this.#lines?.write(`${JSON.stringify(line)}\n`));
      return true;
    }
    if (this.#lines === undefined || this.#lines.writableLength > MAX_WAITING_BYTES) return false;
    this.#lines.write(`${JSON.stringify(line)}\n`);
    return true;
  }

  #checkClock(nowMs: number): void {
    this.#clockDueMs = nowMs + CLOCK_CHECK_MS;
    const wallMs = this.#options.clock.wallMs();
    const offsetMs = wallMs - this.#options.clock.nowMs();
    if (Math.abs(offsetMs - this.#wallOffsetMs) <= CLOCK_STEP_MS) return;
    this.#wallOffsetMs = offsetMs;
    this.#line(nowMs, { kind: 'clock', wallMs: rounded(nowMs + offsetMs) });
  }

  async #open(): Promise<void> {
    const { directory } = this.#options;
    await mkdir(directory, { recursive: true });
    this.#sound = await SoundRecorder.create(join(directory, 'sound.wav'));
    this.#lines = createWriteStream(join(directory, 'messages.jsonl'));
    this.#lines.on('error', (error) => this.#fail(error));
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const write of early) write();
  }

  #fail(error: unknown): void {
    if (this.#isFailed) return;
    this.#isFailed = true;
    this.#early = undefined;
    const { directory, logger } = this.#options;
    logger.warn({ directory, reason: errorText(error) }, 'Recording is not possible, going on without');
  }
}

/** Ten microseconds are finer than any clock here. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
