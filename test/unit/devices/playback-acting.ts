import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { type FakeClock, seededRandom } from '../../../src/runtime/index.js';
import { ActedProgram } from './capture-acting.js';

export interface ActedPacatOptions {
  /** How much faster than the clock its device plays. */
  readonly ppm?: number;
  /** Its words are read up to this much late. */
  readonly lateMs?: number;
  /** Takes sound and never plays it. */
  readonly isStuck?: boolean;
  /** Says so when it is spawned. */
  readonly isReady?: boolean;
  readonly sampleRateHz?: number;
}

const TICK_MS = 5;
const PREBUFFER_MS = 20;

/** A pacat and its device: plays what is written at its own pace, and tells as pacat does. */
export class ActedPacat extends ActedProgram {
  override readonly stdin: Writable;
  /** All that was written. */
  readonly written: Buffer[] = [];
  underruns = 0;
  /** Stands still until it is true again. */
  isRunning = true;
  readonly #clock: FakeClock;
  readonly #options: Required<ActedPacatOptions>;
  readonly #random = seededRandom(11);
  /** Device position at each tick while it played. */
  readonly #played: { readonly atMs: number; readonly positionMs: number }[] = [];
  #positionMs = 0;
  #writtenBytes = 0;
  #isPlaying = false;
  #isInputEnded = false;
  #isGone = false;
  #ticks = 0;

  constructor(clock: FakeClock, options: ActedPacatOptions = {}) {
    super();
    this.#clock = clock;
    this.#options = { ppm: 0, lateMs: 0, isStuck: false, isReady: true, sampleRateHz: 48_000, ...options };
    const input = Object.assign(new EventEmitter(), {
      write: (bytes: Uint8Array) => this.#take(bytes),
      end: () => {
        this.#isInputEnded = true;
      },
      destroy: () => {},
    });
    this.stdin = input as unknown as Writable;
    this.on('close', () => {
      this.#isGone = true;
    });
    if (this.#options.isReady) queueMicrotask(() => this.say('Stream successfully created.\n'));
    this.#tick();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get writtenMs(): number {
    return this.#writtenBytes / 2 / (this.#options.sampleRateHz / 1000);
  }

  get devicePositionMs(): number {
    return this.#positionMs;
  }

  /** All samples that were written. */
  get samples(): Int16Array {
    const all = Buffer.concat(this.written);
    return new Int16Array(all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength));
  }

  /** When the device truly played a position of its own (the 20 ms of silence before the sound included). */
  trulyHeardAtMs(positionMs: number): number {
    // From the end: what is asked for is mostly the latest.
    let next = this.#played.length;
    while (next > 0 && (this.#played[next - 1]?.positionMs ?? 0) >= positionMs) next--;
    const after = this.#played[next];
    if (after === undefined) throw new Error(`${positionMs} ms were not heard`);
    return after.atMs - (after.positionMs - positionMs);
  }

  #take(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes));
    this.#writtenBytes += bytes.byteLength;
    return true;
  }

  #tick(): void {
    if (this.#isGone) return;
    const leftMs = this.writtenMs - this.#positionMs;
    if (
      !this.#isPlaying &&
      !this.#options.isStuck &&
      leftMs > 0 &&
      (leftMs >= PREBUFFER_MS || this.#isInputEnded)
    ) {
      this.#isPlaying = true;
      this.say('Stream started.\u001b[K\n');
    } else if (this.#isPlaying && this.isRunning) {
      this.#positionMs = Math.min(this.writtenMs, this.#positionMs + TICK_MS * (1 + this.#options.ppm / 1e6));
      this.#played.push({ atMs: this.#clock.nowMs(), positionMs: this.#positionMs });
      if (this.#positionMs >= this.writtenMs) this.#dry();
    }
    if (this.#isGone) return;
    if (this.#ticks++ % 10 === 0) this.#tell();
    this.#clock.after(TICK_MS, () => this.#tick());
  }

  #dry(): void {
    this.#isPlaying = false;
    if (this.#isInputEnded) {
      this.say('Playback stream drained.\n');
      this.end(0);
      return;
    }
    this.underruns++;
    this.say('Stream underrun.\u001b[K\n');
  }

  #tell(): void {
    const line = `Time: ${(this.#positionMs / 1000).toFixed(3)} sec; Latency: 31736 usec.        \r`;
    const lateMs = this.#options.lateMs * this.#random() ** 3;
    if (lateMs === 0) this.say(line);
    else this.#clock.after(lateMs, () => this.say(line));
  }
}
