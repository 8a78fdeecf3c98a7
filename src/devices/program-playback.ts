import {
  assertNever,
  type Clock,
  type DeviceError,
  Emitter,
  InvalidStateError,
  type Timer,
} from '../runtime/index.js';
import type { SoundProgram } from './host.js';
import type { Playback, PlaybackEvents } from './playback.js';
import type { PlaybackBackend, PlayerWord } from './playback-backend.js';
import { PlaybackClock } from './playback-clock.js';
import { PlaybackEnding, TAIL_MS } from './playback-ending.js';
import { playerEnded, playerFlooded, playerStalled } from './playback-faults.js';
import { fadeOut, PlaybackGain } from './playback-gain.js';
import { type PlayerEnd, PlayerProcess } from './player.js';

/** Sound goes to the player in pieces of this length: what a change of volume or a stop waits for at most. */
const PIECE_MS = 10;
/** Rounding must not make it come back at once, for ever. */
const EARLY_MS = 0.5;
/** A device that was asleep may need 1.6 s to wake (measured: an idle null sink). */
const START_PATIENCE_MS = 5000;
const STALL_PATIENCE_MS = 2000;
/** Each underrun shows that the lead was too short for this machine: it grows, up to a limit. */
const LEAD_GROWTH = 1.5;
const MAX_GROWN_LEAD_MS = 400;

export interface ProgramPlaybackOptions {
  readonly backend: PlaybackBackend;
  readonly device: string | undefined;
  readonly sampleRateHz: number;
  readonly clock: Clock;
  readonly leadMs: number;
  readonly volume: number;
  readonly offsetMs: number;
  readonly program: SoundProgram;
}

/** The write that waits for room. */
interface WaitingWrite {
  /** What was not handed over yet. */
  rest: Uint8Array;
  readonly settle: (error?: unknown) => void;
}

/**
 * A playing program as a Playback.
 *
 * Sound is handed over when the device's own position comes within the lead of it, never by the wall clock.
 *
 * | state  | input                | next                                                     |
 * |--------|----------------------|----------------------------------------------------------|
 * | open   | write                | open                                                     |
 * | open   | end                  | ending: the program sees the end of its input, plays out |
 * | open   | stop                 | ending: a fade is written and heard                      |
 * | ending | stop                 | ending: what is left is at most the lead                 |
 * | ending | last sample heard    | closed, program ended                                    |
 * | any    | program gone, fault  | closed, with the error unless it was being ended         |
 */
export class ProgramPlayback implements Playback {
  readonly events = new Emitter<PlaybackEvents>();
  readonly #options: ProgramPlaybackOptions;
  readonly #process: PlayerProcess;
  readonly #device: PlaybackClock;
  readonly #gain: PlaybackGain;
  readonly #end: PlaybackEnding;
  #leadMs: number;
  #status: 'open' | 'ending' | 'closed' = 'open';
  #error: DeviceError | undefined;
  #waiting: WaitingWrite | undefined;
  #writtenSamples = 0;
  #lastSample = 0;
  #underruns = 0;
  #isDry = true;
  #pumpTimer: Timer | undefined;
  #stallTimer: Timer | undefined;
  #ending: Promise<number> | undefined;
  #tellReady: () => void = () => {};
  /** Settles when sound can be written: rejects when the program ended before. */
  readonly ready: Promise<void>;

  constructor(options: ProgramPlaybackOptions) {
    const { backend, program, clock, sampleRateHz, volume } = options;
    this.#options = options;
    this.#device = new PlaybackClock(backend.clock);
    this.#leadMs = options.leadMs;
    this.#gain = new PlaybackGain(sampleRateHz, volume);
    const listen = backend.listen(sampleRateHz);
    this.#process = new PlayerProcess({
      program,
      clock,
      chatter: backend.chatter,
      onLine: (line, readAtMs) => {
        const word = listen(line);
        if (word !== undefined) this.#hear(word, readAtMs);
      },
      onFlood: () => this.#fail(playerFlooded(backend, options.device)),
      onEnd: (end) => this.#programEnded(end),
    });
    this.#end = new PlaybackEnding({
      process: this.#process,
      device: this.#device,
      clock,
      positionMs: () => this.#devicePositionMs(),
    });
    this.ready = this.#becomesReady();
  }

  get backend(): string {
    return this.#options.backend.name;
  }

  get device(): string | undefined {
    return this.#options.device;
  }

  get sampleRateHz(): number {
    return this.#options.sampleRateHz;
  }

  get clockKind(): Playback['clockKind'] {
    return this.#options.backend.clockKind;
  }

  get underruns(): number {
    return this.#underruns;
  }

  get bufferedMs(): number {
    return this.#writtenMs - this.#devicePositionMs();
  }

  heardAtMs(positionMs: number): number | undefined {
    const atMs = this.#device.heardAtMs(positionMs + this.#options.backend.preRollMs);
    return atMs === undefined ? undefined : atMs + this.#options.offsetMs;
  }

  positionMs(nowMs: number): number {
    const deviceMs = this.#device.positionMs(nowMs - this.#options.offsetMs);
    return this.#soundMs(Math.min(this.#writtenMs, deviceMs));
  }

  async write(pcm: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#error !== undefined) throw this.#error;
    if (this.#status !== 'open') throw new InvalidStateError('The playback has ended');
    if (pcm.byteLength % 2 !== 0) throw new InvalidStateError(`Half a sample: ${pcm.byteLength} bytes`);
    if (this.#waiting !== undefined) throw new InvalidStateError('The write before has not been taken yet');
    if (this.#writtenSamples === 0) this.#handSilence(this.#options.backend.preRollMs);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => settle(signal?.reason);
      const settle = (error?: unknown): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#waiting = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting = { rest: new Uint8Array(pcm), settle };
      this.#pump();
    });
  }

  setVolume(volume: number): void {
    this.#gain.set(volume);
  }

  async end(): Promise<void> {
    if (this.#status === 'open') {
      if (this.#waiting !== undefined) throw new InvalidStateError('A write has not been taken yet');
      this.#status = 'ending';
      this.#process.endInput();
      this.#ending = this.#end.playOut(this.#writtenMs).then((heardMs) => this.#soundMs(heardMs));
    }
    await this.#ending;
    if (this.#error !== undefined) throw this.#error;
  }

  stop(): Promise<number> {
    if (this.#status === 'open') {
      this.#status = 'ending';
      this.#ending = this.#fade();
    }
    return this.#ending ?? Promise.resolve(this.positionMs(this.#options.clock.nowMs()));
  }

  /** The caller's position of a device's, which counts the silence before it. */
  #soundMs(deviceMs: number): number {
    return Math.max(0, deviceMs - this.#options.backend.preRollMs);
  }

  get #writtenMs(): number {
    return (this.#writtenSamples * 1000) / this.#options.sampleRateHz;
  }

  #devicePositionMs(): number {
    return Math.min(this.#writtenMs, this.#device.positionMs(this.#options.clock.nowMs()));
  }

  /** Hands over what has come within the lead, and comes back when the next piece does. */
  #pump(): void {
    this.#pumpTimer?.cancel();
    const { clock, sampleRateHz } = this.#options;
    const pieceBytes = 2 * Math.round((sampleRateHz * PIECE_MS) / 1000);
    while (this.#waiting !== undefined) {
      const duePositionMs = this.#writtenMs + PIECE_MS - this.#leadMs;
      if (duePositionMs > this.#devicePositionMs() + EARLY_MS) {
        const dueMs = this.#device.heardAtMs(duePositionMs);
        // A device that stands still says when it goes on.
        if (dueMs !== undefined) {
          const delayMs = Math.max(EARLY_MS, dueMs - clock.nowMs());
          this.#pumpTimer = clock.after(delayMs, () => this.#pump());
        }
        return;
      }
      const { rest, settle } = this.#waiting;
      this.#hand(this.#gain.apply(rest.subarray(0, pieceBytes)));
      this.#waiting.rest = rest.subarray(pieceBytes);
      if (rest.byteLength <= pieceBytes) settle();
    }
  }

  #hand(pcm: Uint8Array): void {
    if (pcm.byteLength === 0) return;
    this.#process.write(pcm);
    this.#writtenSamples += pcm.byteLength / 2;
    this.#lastSample = new DataView(pcm.buffer, pcm.byteOffset).getInt16(pcm.byteLength - 2, true);
    this.#isDry = false;
    if (this.#stallTimer === undefined) this.#watchForStall();
  }

  #handSilence(durationMs: number): void {
    this.#hand(new Uint8Array(2 * Math.round((this.#options.sampleRateHz * durationMs) / 1000)));
  }

  #hear(word: PlayerWord, readAtMs: number): void {
    if (this.#status === 'closed') return;
    switch (word.kind) {
      case 'ready':
        this.#tellReady();
        return;
      case 'started':
        this.#device.start(readAtMs, word.afterMs);
        this.#pump();
        return;
      case 'moved':
        this.#device.interrupt();
        return;
      case 'underrun':
        this.#ranDry();
        return;
      case 'position':
        this.#device.report(readAtMs, Math.min(word.positionMs, this.#writtenMs));
        if (this.#device.isMoving) this.#watchForStall();
        if (!this.#options.backend.tellsUnderrun && word.positionMs >= this.#writtenMs) this.#ranDry();
        this.#pump();
        return;
      default:
        assertNever(word);
    }
  }

  #ranDry(): void {
    if (this.#isDry || this.#status !== 'open') return;
    this.#isDry = true;
    this.#device.interrupt(this.#writtenMs);
    this.#underruns++;
    this.#leadMs = Math.max(this.#leadMs, Math.min(this.#leadMs * LEAD_GROWTH, MAX_GROWN_LEAD_MS));
    this.events.emit('underrun', this.#underruns);
    this.#pump();
  }

  /** Begins to wait anew for the device to move. */
  #watchForStall(): void {
    this.#stallTimer?.cancel();
    this.#stallTimer = undefined;
    if (this.#status === 'closed') return;
    const hasPlayed = this.#device.hasMoved;
    const patienceMs = hasPlayed ? STALL_PATIENCE_MS : START_PATIENCE_MS;
    this.#stallTimer = this.#options.clock.after(patienceMs, () => {
      this.#stallTimer = undefined;
      if (this.#isDry || this.bufferedMs < PIECE_MS) return;
      const { backend, device } = this.#options;
      this.#fail(playerStalled(backend, device, patienceMs, hasPlayed));
    });
  }

  /** What comes next is faded out behind what the player already has, and silence behind that. */
  async #fade(): Promise<number> {
    const { sampleRateHz } = this.#options;
    const rest = this.#waiting?.rest ?? new Uint8Array(0);
    this.#waiting?.settle(new DOMException('The playback was stopped', 'AbortError'));
    this.#pumpTimer?.cancel();
    if (this.#device.isMoving && !this.#isDry) {
      this.#hand(fadeOut(this.#gain, rest, this.#lastSample, sampleRateHz));
    }
    const endMs = this.#writtenMs;
    this.#handSilence(TAIL_MS);
    return this.#soundMs(await this.#end.cut(endMs));
  }

  #becomesReady(): Promise<void> {
    const told = new Promise<void>((resolve) => {
      this.#tellReady = resolve;
    });
    const { backend, device, clock } = this.#options;
    if (!backend.tellsReady) this.#tellReady();
    // A sound server that hangs keeps its clients waiting for ever.
    const patience = clock.after(START_PATIENCE_MS, () => {
      this.#fail(playerStalled(backend, device, START_PATIENCE_MS, false));
    });
    const ready = Promise.race([told, this.#process.gone]).then(() => {
      patience.cancel();
      if (this.#error !== undefined) throw this.#error;
    });
    ready.catch(() => {});
    return ready;
  }

  #fail(error: DeviceError): void {
    if (this.#status === 'closed') return;
    this.#error ??= error;
    void this.#end.kill();
  }

  #programEnded(end: PlayerEnd): void {
    const wasOpen = this.#status === 'open';
    this.#status = 'closed';
    this.#pumpTimer?.cancel();
    this.#stallTimer?.cancel();
    // A program that was told to end may do so with any code.
    if (wasOpen || (!this.#end.isKilled && end.code !== 0)) {
      this.#error ??= playerEnded(this.#options.backend, this.#options.device, end);
    }
    this.#waiting?.settle(this.#error);
    this.#tellReady();
    this.events.emit('closed', this.#error);
  }
}
