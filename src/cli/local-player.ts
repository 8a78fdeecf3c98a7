import type { Playback } from '../devices/index.js';
import { type Clock, Emitter, InvalidStateError, sleep } from '../runtime/index.js';
import { type PlayableSound, ReadAhead } from './read-ahead.js';

export interface LocalPlayerOptions {
  readonly playback: Playback;
  readonly clock: Clock;
  /** Opens the sound at its beginning, at the playback's rate; called again to go back. */
  readonly open: () => Promise<PlayableSound>;
  /** Sound that is opened already; undefined: `open` is called. */
  readonly first?: PlayableSound | undefined;
  /** False for a stream: there is only forwards. @default true */
  readonly canSeek?: boolean;
  /** Length of the sound, where it is known: a seek does not go beyond. */
  readonly durationMs?: number | undefined;
  /** Sound is read so far ahead of what is written. @default 500 */
  readonly aheadMs?: number;
  /** Silence before the first sound, in which the clock of the playback becomes known. @default 0 */
  readonly preRollMs?: number;
  /** So much must be read before the first of it is heard. @default 0 */
  readonly fillMs?: number;
  readonly onSound?: ((pcm: Uint8Array) => void) | undefined;
}

export interface LocalPlayerEvents {
  /** From `atMs` of the clock on nothing is heard; undefined: that is not known. */
  standing: [atMs: number | undefined];
  /** The sound is heard from this position on, by `heardAtMs`. */
  moving: [positionMs: number];
}

/** A stretch of the playback that holds the sound from a position on. */
interface Stretch {
  readonly streamMs: number;
  readonly soundMs: number;
  /** Where silence follows. */
  endStreamMs: number;
}

const PIECE_MS = 20;
const RAMP_MS = 5;
/** Once so little is left to be heard the playback is ended: then it plays that without running dry. */
const TAIL_MS = 40;
const LOOK_MS = 20;
const MAX_STRETCHES = 16;

/**
 * Plays one sound through a playback, with pause, resume and seek.
 *
 * The playback runs on without a break: silence is written while the sound stands still, and a map tells which position of the
 * sound lies where in it. What was written is heard, so a pause or seek acts after the playback's lead; one in the last 40 ms
 * comes too late.
 */
export class LocalPlayer {
  readonly events = new Emitter<LocalPlayerEvents>();
  readonly #options: LocalPlayerOptions;
  readonly #stretches: Stretch[] = [];
  readonly #stopped = new AbortController();
  #reader: ReadAhead | undefined;
  /** Position in the sound of what is read next, and in the playback of what is written next. */
  #soundSamples = 0;
  #streamSamples = 0;
  #isPaused = false;
  #isStanding = true;
  /** What was written last is a sound that has fallen to silence. */
  #hasFaded = false;
  #seekMs: number | undefined;
  #hasRun = false;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(options: LocalPlayerOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get canSeek(): boolean {
    return this.#options.canSeek !== false;
  }

  /** When a position of the sound is, was or will be heard if it goes on as now; undefined while nobody knows. */
  heardAtMs(positionMs: number): number | undefined {
    const stretch = this.#stretches.at(-1);
    if (stretch === undefined) return undefined;
    return this.#options.playback.heardAtMs(Math.max(0, stretch.streamMs + positionMs - stretch.soundMs));
  }

  /** What is heard at `nowMs`; where it stood last, while it stands still. */
  positionMs(nowMs: number): number {
    return this.#soundMsAt(this.#options.playback.positionMs(nowMs));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /**
   * Goes to another position: backwards and forwards, not beyond the ends. Paused, it stays paused there.
   *
   * @throws {InvalidStateError} the sound is a stream.
   */
  seek(positionMs: number): void {
    if (!this.canSeek) throw new InvalidStateError('A stream of sound cannot be gone back or forth in');
    this.#seekMs = Math.max(0, Math.min(positionMs, this.#options.durationMs ?? positionMs));
  }

  /** Where it is, or will be once a seek is done. */
  targetMs(nowMs: number): number {
    return this.#seekMs ?? this.positionMs(nowMs);
  }

  /**
   * Plays to the end. Call once.
   *
   * @param fromMs - where to begin. @default 0
   * @returns `completed` when the last of it was heard; `stopped` after `stop`.
   * @throws {DeviceError} the playback ended by itself; {RequestError} what reading the sound threw.
   */
  async run(fromMs = 0): Promise<'completed' | 'stopped'> {
    if (this.#hasRun) throw new InvalidStateError('run() of a player can be called once');
    this.#hasRun = true;
    const { first } = this.#options;
    if (first !== undefined) this.#reader = this.#readerOf(first);
    if (fromMs > 0) this.#seekMs = fromMs;
    try {
      await (await this.#opened()).filled(this.#options.fillMs ?? 0);
      while (!this.#stopped.signal.aborted) {
        if (this.#seekMs !== undefined) await this.#jump(this.#seekMs);
        else if (this.#isPaused) await this.#still();
        else if (!(await this.#playPiece())) {
          await this.#lastWrite;
          await this.#nearlyHeard();
          // What came meanwhile can still be done: the playback goes on until it is ended.
          if (this.#seekMs !== undefined || this.#isPaused) continue;
          await this.#options.playback.end();
          return this.#stopped.signal.aborted ? 'stopped' : 'completed';
        }
      }
      return 'stopped';
    } catch (error) {
      if (this.#stopped.signal.aborted) return 'stopped';
      throw error;
    } finally {
      await this.#reader?.close();
    }
  }

  /** Fades out and ends the playback. Returns the position up to which the sound was heard. Idempotent. */
  async stop(): Promise<number> {
    this.#stopped.abort();
    const heardStreamMs = await this.#options.playback.stop();
    await this.#reader?.close();
    return this.#soundMsAt(heardStreamMs);
  }

  #soundMsAt(streamMs: number): number {
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const stretch = this.#stretches[index];
      if (stretch === undefined || stretch.streamMs > streamMs) continue;
      return stretch.soundMs + Math.min(streamMs, stretch.endStreamMs) - stretch.streamMs;
    }
    return this.#stretches[0]?.soundMs ?? 0;
  }

  /** @returns false: the sound has ended. */
  async #playPiece(): Promise<boolean> {
    const reader = await this.#opened();
    const piece = await reader.take(PIECE_MS);
    if (piece === undefined) return false;
    const isStart = this.#isStanding;
    if (isStart) await this.#begin();
    // Sound that begins or ends in the middle would click.
    const isLast = this.#isPaused || this.#seekMs !== undefined;
    const isRising = (isStart && this.#soundSamples > 0) || this.#hasFaded;
    const pcm = isRising || isLast ? ramped(piece, this.#samples(RAMP_MS), isRising, isLast) : piece;
    this.#hasFaded = isLast;
    this.#soundSamples += piece.byteLength / 2;
    await this.#write(pcm);
    return true;
  }

  /** Resolves when nearly all that was written is heard, or sooner, at a pause or seek. @throws the reason of a stop */
  async #nearlyHeard(): Promise<void> {
    const { playback, clock } = this.#options;
    const endMs = this.#ms(this.#streamSamples);
    while (this.#seekMs === undefined && !this.#isPaused) {
      const leftMs = (playback.heardAtMs(endMs) ?? Number.NEGATIVE_INFINITY) - TAIL_MS - clock.nowMs();
      if (leftMs <= 0) return;
      await sleep(clock, Math.min(leftMs, LOOK_MS), this.#stopped.signal);
    }
  }

  async #begin(): Promise<void> {
    const preRollMs = this.#streamSamples === 0 ? (this.#options.preRollMs ?? 0) : 0;
    this.#move(preRollMs);
    for (let leftMs = preRollMs; leftMs > 0; leftMs -= PIECE_MS)
      await this.#write(new Uint8Array(2 * this.#samples(Math.min(PIECE_MS, leftMs))));
  }

  /** @param inMs - of the playback from what is written next. */
  #move(inMs: number): void {
    this.#isStanding = false;
    const stretch = {
      streamMs: this.#ms(this.#streamSamples) + inMs,
      soundMs: this.#ms(this.#soundSamples),
      endStreamMs: Number.POSITIVE_INFINITY,
    };
    this.#stretches.push(stretch);
    if (this.#stretches.length > MAX_STRETCHES) this.#stretches.shift();
    this.events.emit('moving', stretch.soundMs);
  }

  #stand(): void {
    if (this.#isStanding) return;
    this.#isStanding = true;
    const stretch = this.#stretches.at(-1);
    const streamMs = this.#ms(this.#streamSamples);
    if (stretch !== undefined) stretch.endStreamMs = streamMs;
    this.events.emit('standing', this.#options.playback.heardAtMs(streamMs));
  }

  async #still(): Promise<void> {
    // What is written next fades to nothing.
    if (!this.#isStanding) await this.#fadeOut();
    this.#stand();
    await this.#write(new Uint8Array(2 * this.#samples(PIECE_MS)));
  }

  async #fadeOut(): Promise<void> {
    // A pause or seek that came while a piece was waited for has faded that.
    if (this.#hasFaded) return;
    if (this.#reader !== undefined && this.#reader.bufferedMs > 0) await this.#playPiece();
  }

  async #jump(positionMs: number): Promise<void> {
    if (!this.#isStanding) await this.#fadeOut();
    this.#stand();
    const skipping = this.#skipTo(this.#samples(positionMs));
    let isThere = false;
    const there = skipping.finally(() => {
      isThere = true;
    });
    there.catch(() => {});
    // Decoding up to there may take longer than the playback has sound for.
    while (!isThere && !this.#stopped.signal.aborted) {
      await Promise.race([there, this.#write(new Uint8Array(2 * this.#samples(PIECE_MS)))]);
    }
    await there;
    if (this.#seekMs === positionMs) this.#seekMs = undefined;
  }

  async #skipTo(samples: number): Promise<void> {
    if (samples < this.#soundSamples) {
      await this.#reader?.close();
      this.#reader = undefined;
      this.#soundSamples = 0;
    }
    const reader = await this.#opened();
    while (this.#soundSamples < samples && !this.#stopped.signal.aborted) {
      const skipped = await reader.take(this.#ms(samples - this.#soundSamples));
      if (skipped === undefined) return;
      this.#soundSamples += skipped.byteLength / 2;
    }
  }

  async #opened(): Promise<ReadAhead> {
    this.#reader ??= this.#readerOf(await this.#options.open());
    return this.#reader;
  }

  #readerOf(sound: PlayableSound): ReadAhead {
    const { playback, aheadMs = 500, onSound } = this.#options;
    return new ReadAhead(sound, { sampleRateHz: playback.sampleRateHz, aheadMs, onSound });
  }

  /** One after the other: a seek may leave one waiting. */
  #write(pcm: Uint8Array): Promise<void> {
    this.#streamSamples += pcm.byteLength / 2;
    this.#lastWrite = this.#lastWrite.then(() => this.#options.playback.write(pcm, this.#stopped.signal));
    // Whoever waits hears of it; after a stop nobody does.
    this.#lastWrite.catch(() => {});
    return this.#lastWrite;
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#options.playback.sampleRateHz) / 1000);
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#options.playback.sampleRateHz;
  }
}

/** A copy that rises from silence, or falls to it over all its length. */
function ramped(pcm: Uint8Array, rampSamples: number, isStart: boolean, isEnd: boolean): Uint8Array {
  const copy = new Uint8Array(pcm);
  const view = new DataView(copy.buffer);
  const count = copy.byteLength >> 1;
  for (let index = 0; index < count; index++) {
    const rise = isStart ? Math.min(1, index / rampSamples) : 1;
    const fall = isEnd ? 1 - index / count : 1;
    view.setInt16(index * 2, Math.round(view.getInt16(index * 2, true) * rise * fall), true);
  }
  return copy;
}
