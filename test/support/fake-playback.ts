import type { Playback, PlaybackEvents } from '../../src/devices/index.js';
import { type Clock, type DeviceError, Emitter, sleep } from '../../src/runtime/index.js';

/** A loudspeaker that plays by a clock: what was written, and when each sample of it was heard. */
export class FakePlayback implements Playback {
  readonly backend = 'fake';
  readonly device = undefined;
  readonly clockKind = 'reported';
  readonly events = new Emitter<PlaybackEvents>();
  readonly sampleRateHz: number;
  /** Everything written, as samples. */
  readonly heard: number[] = [];
  underruns = 0;
  volume = 1;
  readonly #clock: Clock;
  readonly #leadMs: number;
  readonly #delayMs: number;
  #startedAtMs: number | undefined;
  #error: DeviceError | undefined;
  #isEnded = false;

  /** @param delayMs - from a write until it is heard, when nothing else is to be heard. */
  constructor(clock: Clock, { sampleRateHz = 16_000, leadMs = 100, delayMs = 30 } = {}) {
    this.#clock = clock;
    this.sampleRateHz = sampleRateHz;
    this.#leadMs = leadMs;
    this.#delayMs = delayMs;
  }

  get writtenMs(): number {
    return (this.heard.length * 1000) / this.sampleRateHz;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get bufferedMs(): number {
    return Math.max(0, this.writtenMs - this.positionMs(this.#clock.nowMs()));
  }

  heardAtMs(positionMs: number): number | undefined {
    return this.#startedAtMs === undefined ? undefined : this.#startedAtMs + positionMs;
  }

  positionMs(nowMs: number): number {
    if (this.#startedAtMs === undefined) return 0;
    return Math.max(0, Math.min(this.writtenMs, nowMs - this.#startedAtMs));
  }

  /** Unplugged. */
  break(error: DeviceError): void {
    this.#error = error;
    this.#isEnded = true;
    this.events.emit('closed', error);
  }

  /** Everything not heard yet is heard so much later. */
  stall(ms: number): void {
    if (this.#startedAtMs !== undefined) this.#startedAtMs += ms;
    this.underruns++;
    this.events.emit('underrun', this.underruns);
  }

  async write(pcm: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#error !== undefined) throw this.#error;
    if (this.#isEnded) throw new Error('It was ended');
    const nowMs = this.#clock.nowMs();
    this.#startedAtMs ??= nowMs + this.#delayMs;
    // It ran dry.
    if (this.#startedAtMs + this.writtenMs < nowMs) this.#startedAtMs = nowMs - this.writtenMs;
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    for (let index = 0; index < pcm.byteLength; index += 2) this.heard.push(view.getInt16(index, true));
    while (this.bufferedMs > this.#leadMs) {
      await sleep(this.#clock, this.bufferedMs - this.#leadMs, signal);
      if (this.#error !== undefined) throw this.#error;
    }
  }

  async end(): Promise<void> {
    while (this.bufferedMs > 0.01 && !this.#isEnded)
      await sleep(this.#clock, Math.max(0.05, this.bufferedMs));
    if (this.#error !== undefined) throw this.#error;
    this.#isEnded = true;
    this.events.emit('closed', undefined);
  }

  async stop(): Promise<number> {
    const heardMs = this.positionMs(this.#clock.nowMs());
    this.#isEnded = true;
    return heardMs;
  }

  setVolume(volume: number): void {
    this.volume = volume;
  }
}
