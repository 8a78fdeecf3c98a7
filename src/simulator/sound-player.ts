import type { Clock, Timer } from '../runtime/index.js';
import { SampleFifo } from './sample-fifo.js';

/** Sample rate of everything streamed [peer-facts 2]. */
export const SAMPLE_RATE_HZ = 16_000;
/** The sound device takes blocks of 256 samples, 16 ms [peer-facts 2]. */
export const BLOCK_SAMPLES = 256;
const BLOCK_MS = 16;
/** More than 60 s ahead is silently cut [peer-facts 2]. */
const CAP_SAMPLES = 60 * SAMPLE_RATE_HZ;
/** From the pull of a block to its first sample in the loudspeaker; the rest of the latency is the wait for the pull. */
const DEVICE_MS = 33;
/** After this much silence the device's block grid starts anew with the next sound. Not measured; a guess that shows in no number. */
const GRID_MEMORY_MS = 1000;

export interface SoundPlayerOptions {
  readonly clock: Clock;
  /** First byte to first audible sample in ms, >= 33. @default 45 (measured 33–60) */
  readonly latencyMs?: number;
  /** Called for each block of 256 samples when it is pulled; `atMs` (on the clock, up to 33 ms ahead) is when its first sample is heard. */
  readonly onPlayed: (pcm: Int16Array, atMs: number) => void;
  /** Called when nothing playable is left (0..255 samples may stay behind); `endAtMs` is when the last sample has been heard. */
  readonly onDrained: (endAtMs: number) => void;
}

/**
 * The play buffer and sound device of the peer: blocks on a 16 ms grid, kept-back residue, multiples of 16 ms on underrun.
 *
 * The pull grid is absolute, and every call first runs the pulls that are due, so a late timer never changes what is played
 * or when. A timer exists only while a whole block is buffered.
 */
export class SoundPlayer {
  readonly #clock: Clock;
  readonly #onPlayed: (pcm: Int16Array, atMs: number) => void;
  readonly #onDrained: (endAtMs: number) => void;
  readonly #firstPullMs: number;
  readonly #fifo = new SampleFifo(CAP_SAMPLES);
  #timer: Timer | undefined;
  #nextPullAtMs = Number.NEGATIVE_INFINITY;
  #firstByteAtMs = Number.NaN;
  #blockMs = BLOCK_MS;
  #deviceReadyAtMs = Number.NEGATIVE_INFINITY;
  #playedSamples = 0;

  constructor(options: SoundPlayerOptions) {
    this.#clock = options.clock;
    this.#onPlayed = options.onPlayed;
    this.#onDrained = options.onDrained;
    this.#firstPullMs = Math.max(0, (options.latencyMs ?? 45) - DEVICE_MS);
  }

  /** Samples waiting, residue included. */
  get bufferedSamples(): number {
    this.#catchUp();
    return this.#fifo.length;
  }

  /** True while at least one whole block waits: losing the connection now deadlocks the peer. */
  get isPlaying(): boolean {
    this.#catchUp();
    return this.#fifo.length >= BLOCK_SAMPLES;
  }

  /** Samples of an utterance that ended over a second ago and were never played: they come before the next one. */
  get staleSamples(): number {
    const buffered = this.bufferedSamples;
    return buffered < BLOCK_SAMPLES && this.#gridIsStale(this.#clock.nowMs()) ? buffered : 0;
  }

  get playedMs(): number {
    return (this.#playedSamples * 1000) / SAMPLE_RATE_HZ;
  }

  /** Appends a copy of the samples; returns how many were cut because 60 s are waiting. */
  push(samples: Int16Array): number {
    this.#catchUp();
    const nowMs = this.#clock.nowMs();
    const isStart = this.#fifo.length < BLOCK_SAMPLES;
    if (Number.isNaN(this.#firstByteAtMs)) this.#firstByteAtMs = nowMs;
    const cut = this.#fifo.push(samples);
    if (isStart && this.#fifo.length >= BLOCK_SAMPLES) this.#begin(nowMs);
    return cut;
  }

  /** SNDBRKS: what would be the last partial block of the stream is thrown away; whole blocks play on. */
  discardResidue(): number {
    this.#catchUp();
    const residue = this.#fifo.length % BLOCK_SAMPLES;
    this.#fifo.dropTail(residue);
    return residue;
  }

  /** The sound stops: the process died or its remote thread hangs. Blocks already pulled (<= 33 ms) are still heard. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#fifo.clear();
  }

  /** The device pauses once for `gapMs` at the next pull (any length, as on an overloaded machine). */
  insertDeviceGap(gapMs: number): void {
    this.#catchUp();
    this.#nextPullAtMs = Math.max(this.#nextPullAtMs, this.#clock.nowMs()) + gapMs;
    this.#arm();
  }

  /** The device's clock runs fast (> 0) or slow by parts per million from the next block on. */
  setSkewPpm(ppm: number): void {
    this.#catchUp();
    this.#blockMs = BLOCK_MS / (1 + ppm / 1_000_000);
  }

  /** A device that wakes late: nothing is pulled before `delayMs` from now; what comes meanwhile waits. */
  delayDevice(delayMs: number): void {
    this.#catchUp();
    this.#deviceReadyAtMs = this.#clock.nowMs() + delayMs;
    if (this.#nextPullAtMs < this.#deviceReadyAtMs) this.#nextPullAtMs = this.#deviceReadyAtMs;
    this.#arm();
  }

  #gridIsStale(nowMs: number): boolean {
    return nowMs - this.#nextPullAtMs > GRID_MEMORY_MS;
  }

  #begin(nowMs: number): void {
    if (this.#gridIsStale(nowMs)) {
      this.#nextPullAtMs = Math.max(nowMs, this.#firstByteAtMs + this.#firstPullMs, this.#deviceReadyAtMs);
    } else if (this.#nextPullAtMs < nowMs) {
      const missed = Math.ceil((nowMs - this.#nextPullAtMs) / this.#blockMs);
      this.#nextPullAtMs += missed * this.#blockMs;
    }
    this.#firstByteAtMs = Number.NaN;
    this.#arm();
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#fifo.length < BLOCK_SAMPLES) return;
    this.#timer = this.#clock.after(Math.max(0, this.#nextPullAtMs - this.#clock.nowMs()), () => {
      this.#timer = undefined;
      this.#catchUp();
      this.#arm();
    });
  }

  /** Runs every pull that is due. */
  #catchUp(): void {
    const nowMs = this.#clock.nowMs();
    while (this.#fifo.length >= BLOCK_SAMPLES && this.#nextPullAtMs <= nowMs) {
      const heardAtMs = this.#nextPullAtMs + DEVICE_MS;
      this.#nextPullAtMs += this.#blockMs;
      this.#playedSamples += BLOCK_SAMPLES;
      const block = this.#fifo.shift(BLOCK_SAMPLES);
      this.#onPlayed(block, heardAtMs);
      if (this.#fifo.length < BLOCK_SAMPLES) this.#onDrained(heardAtMs + this.#blockMs);
    }
  }
}
