import {
  LivePacer,
  type PaceScheduler,
  type PacingObserver,
  type PlayoutClock,
  RecordedPacer,
  SoundOutlet,
  type SoundPort,
} from '../pacing/index.js';
import { BYTES_PER_MS, type SoundMode, UNIT_BYTES } from '../protocol/index.js';
import { type Clock, ConfigError, RequestError } from '../runtime/index.js';

/** Whether the source can run ahead of real time (`recorded`: files, synthesis) or not (`live`: a microphone). */
export type StreamKind = 'recorded' | 'live';

export interface StreamSoundOptions {
  readonly id: number;
  readonly kind: StreamKind;
  readonly mode: SoundMode;
  /** 0-5000: sound once sent cannot be recalled, and the peer cuts what is too far ahead. */
  readonly leadMs: number;
  /** Sound it takes ahead of what was sent, milliseconds. */
  readonly aheadMs: number;
  readonly clock: Clock;
  readonly scheduler: PaceScheduler;
  readonly playout: PlayoutClock;
  readonly port: SoundPort;
  readonly observer: PacingObserver;
}

export interface StreamSoundListener {
  unitSent(): void;
  /** More may be pushed: in all, from the beginning. */
  credit(acceptedBytes: number): void;
  /** Nothing more will leave; the peer still plays. */
  allSent(): void;
  failed(error: unknown): void;
}

const MAX_LEAD_MS = 5000;
/** Credit is told in steps, so that a stream costs its client a handful of frames a second. */
const CREDIT_STEP_BYTES = 100 * BYTES_PER_MS;

/** The sound of one stream: what was taken, what has left, when each position is heard. */
export class StreamSound {
  readonly #options: StreamSoundOptions;
  readonly #outlet: SoundOutlet;
  readonly #pacer: RecordedPacer | LivePacer;
  readonly #listener: StreamSoundListener;
  readonly #creditStepBytes: number;
  #pushedBytes = 0;
  #toldBytes: number;
  #isEnded = false;
  #startsAtMs: number | undefined;

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a lead out of range. */
  constructor(options: StreamSoundOptions, listener: StreamSoundListener) {
    if (!(options.leadMs >= 0 && options.leadMs <= MAX_LEAD_MS)) {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `Expected a lead of 0-${MAX_LEAD_MS} ms, got ${options.leadMs}`,
      );
    }
    this.#options = options;
    this.#listener = listener;
    this.#outlet = new SoundOutlet(options.port, options.playout, {
      unitSent: (payload, nowMs, lateMs) => {
        options.observer.unitSent(payload, nowMs, lateMs);
        this.#unitSent();
      },
      underrunExpected: (gapMs) => options.observer.underrunExpected(gapMs),
      soundDropped: (durationMs) => options.observer.soundDropped(durationMs),
    });
    // Room for two units at least: less could neither be filled nor sent.
    const queueBytes = Math.max(2 * Math.floor((options.aheadMs * BYTES_PER_MS) / 2), 2 * UNIT_BYTES);
    this.#toldBytes = queueBytes;
    this.#creditStepBytes = Math.min(CREDIT_STEP_BYTES, queueBytes >> 1);
    this.#pacer = this.#makePacer(queueBytes);
  }

  /** All bytes taken so far. */
  get receivedBytes(): number {
    return this.#pushedBytes;
  }

  get receivedMs(): number {
    return this.#pushedBytes / BYTES_PER_MS;
  }

  /** All bytes that may have been pushed by now; unlimited for live sound, whose excess is dropped. */
  get acceptedBytes(): number {
    if (this.#options.kind === 'live') return Number.MAX_SAFE_INTEGER;
    return this.#pushedBytes + this.#pacer.roomBytes;
  }

  get queuedMs(): number {
    return this.#pacer.queuedBytes / BYTES_PER_MS;
  }

  /** What left, or was passed over: milliseconds of the stream's own sound. */
  get sentMs(): number {
    return this.#outlet.sentMs;
  }

  /** Whether the peer was given anything at all, silence included. */
  get isAnySent(): boolean {
    return this.#outlet.totalBytes > 0;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isStarted(): boolean {
    return this.#startsAtMs !== undefined;
  }

  /** What is heard now: milliseconds of the stream's own sound. */
  get heardMs(): number {
    return this.#outlet.positions.positionMs(this.#options.clock.nowMs(), this.#outlet.sentMs);
  }

  /** When the first sample is heard; undefined before it was sent. */
  get firstHeardAtMs(): number | undefined {
    return this.#outlet.positions.heardAtMs(0);
  }

  /** When the last sample known by now is heard; undefined before the first was sent. */
  get expectedEndMs(): number | undefined {
    return this.#outlet.positions.heardAtMs(this.receivedMs);
  }

  /** @throws {RequestError} BRIDGE_ERR_STREAM_OVERRUN, BRIDGE_ERR_STREAM_UNKNOWN, BRIDGE_ERR_SOUND_SIZE */
  push(pcm: Uint8Array): void {
    const { id } = this.#options;
    if (this.#isEnded)
      throw new RequestError('BRIDGE_ERR_STREAM_UNKNOWN', `Stream ${id} was already said to end`);
    if (pcm.byteLength % 2 !== 0) {
      throw new RequestError(
        'BRIDGE_ERR_SOUND_SIZE',
        `Expected whole 16-bit samples, got ${pcm.byteLength} bytes`,
      );
    }
    if (!this.#pacer.push(pcm)) {
      throw new RequestError(
        'BRIDGE_ERR_STREAM_OVERRUN',
        `Expected at most ${this.#pacer.roomBytes} bytes of sound now, got ${pcm.byteLength}: wait for credit`,
      );
    }
    this.#pushedBytes += pcm.byteLength;
  }

  end(): void {
    this.#isEnded = true;
    this.#pacer.end();
  }

  start(atMs: number): void {
    this.#startsAtMs = atMs;
    this.#pacer.start(atMs);
  }

  /** The socket can take sound again. */
  poke(): void {
    this.#pacer.poke();
  }

  /** Nothing leaves after this call. */
  stop(): void {
    this.#pacer.stop();
    this.#options.scheduler.remove(this.#pacer);
  }

  /** When a position is or will be heard; Infinity while nobody can know. */
  heardAtMs(positionMs: number): number {
    if (this.#startsAtMs === undefined) return Number.POSITIVE_INFINITY;
    const { playout, clock } = this.#options;
    const { sentMs } = this.#outlet;
    const known = this.#outlet.positions.heardAtMs(positionMs);
    if (known !== undefined && positionMs < sentMs) return known;
    const isAllSent = this.#isEnded && sentMs >= this.receivedMs;
    if (known !== undefined && isAllSent) return known;
    // Sound that has not come yet may come at any time.
    if (!this.#isEnded && positionMs >= this.receivedMs) return Number.POSITIVE_INFINITY;
    // Not sent yet: it will be heard behind what is, or after the planned start.
    const nowMs = clock.nowMs();
    if (known === undefined) return playout.heardAtMs(Math.max(nowMs, this.#startsAtMs)) + positionMs;
    return playout.heardAtMs(nowMs) + (positionMs - sentMs);
  }

  #makePacer(queueBytes: number): RecordedPacer | LivePacer {
    const { kind, mode, leadMs, clock, scheduler, playout } = this.#options;
    const common = {
      outlet: this.#outlet,
      playout,
      mode,
      leadMs,
      wake: () => scheduler.wake(this.#pacer),
      onSent: () => this.#listener.allSent(),
      onFailed: (error: unknown) => this.#listener.failed(error),
    };
    return kind === 'live'
      ? new LivePacer({ ...common, nowMs: () => clock.nowMs() })
      : new RecordedPacer({ ...common, queueBytes });
  }

  #unitSent(): void {
    this.#listener.unitSent();
    if (this.#options.kind === 'live') return;
    const acceptedBytes = this.acceptedBytes;
    if (acceptedBytes - this.#toldBytes < this.#creditStepBytes) return;
    this.#toldBytes = acceptedBytes;
    this.#listener.credit(acceptedBytes);
  }
}
