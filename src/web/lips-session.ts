import type { TimedPhoneme } from '../lipsync/timed-phoneme.js';
import { Emitter } from '../runtime/emitter.js';
import { LipsDrive, type LipsDriveParts } from './lips-drive.js';
import { phonemesOf, sortFiles, timingsOf } from './lips-material.js';
import { type PlayError, playErrorOf } from './play-error.js';

export type LipsState =
  | { readonly status: 'empty' | 'loading' }
  | {
      readonly status: 'loaded';
      /** Empty: the sample. */
      readonly name: string;
      readonly timings: { readonly name: string; readonly count: number } | undefined;
    };

/** Lips only: the sound plays on the page, and the lips of the avatar follow the page's playback clock. */
export class LipsSession {
  readonly events = new Emitter<{ changed: []; failed: [error: PlayError] }>();
  readonly #parts: LipsDriveParts;
  readonly #drive: LipsDrive;
  #state: LipsState = { status: 'empty' };
  #sound: AudioBuffer | undefined;
  /** What there was before files that cannot be read. */
  #settled: LipsState = this.#state;
  /** Files chosen earlier count for nothing. */
  #turn = 0;
  /** Raised by all that ends what plays or is about to: a `play` of an earlier turn starts nothing any more. */
  #playTurn = 0;
  #startingTurn: number | undefined;

  constructor(parts: LipsDriveParts) {
    this.#parts = parts;
    this.#drive = new LipsDrive(parts);
    this.#drive.events.on('failed', (error) => this.events.emit('failed', error));
    parts.player.events.on('ended', () => this.events.emit('changed'));
  }

  get state(): LipsState {
    return this.#state;
  }

  /** Whether it plays, or waits for the browser and the avatar to begin. */
  get isOn(): boolean {
    return this.#isPlaying || this.#startingTurn === this.#playTurn;
  }

  /** Takes a sound, its timings, or both; timings alone are for the sound that is there. Never rejects. */
  async take(files: readonly File[]): Promise<void> {
    const { sound, timings } = sortFiles(files);
    if (sound === undefined && this.#sound === undefined) {
      this.#fail({ code: 'NoSound', message: files.map(({ name }) => name).join(', ') });
      return;
    }
    const name = sound?.name ?? (this.#settled.status === 'loaded' ? this.#settled.name : '');
    await this.#load(name, () => sound?.arrayBuffer(), timings);
  }

  /** Never rejects. Pause, stop and other files end it also while it waits for the browser and the avatar. */
  async play(): Promise<void> {
    if (this.#state.status === 'empty') {
      const loading = this.#load('', async () => (await fetch('api/sample')).arrayBuffer(), undefined);
      // Loading ends what there was; what ends anything from here on ends this.
      const turn = this.#playTurn;
      await loading;
      if (turn !== this.#playTurn) return;
    }
    if (this.#state.status === 'loaded' && !this.#isPlaying) await this.#start(++this.#playTurn);
  }

  pause(): void {
    this.#playTurn++;
    this.#parts.player.pause();
    this.#drive.pause();
    this.events.emit('changed');
  }

  seek(positionMs: number): void {
    const { player } = this.#parts;
    player.seek(positionMs);
    if (player.status === 'playing') this.#drive.start(positionMs);
    this.events.emit('changed');
  }

  async stop(): Promise<void> {
    this.#playTurn++;
    this.#parts.player.stop();
    this.events.emit('changed');
    await this.#drive.stop();
  }

  get #isPlaying(): boolean {
    return this.#parts.player.status === 'playing';
  }

  async #start(turn: number): Promise<void> {
    const { player } = this.#parts;
    this.#startingTurn = turn;
    // The sound first, within the click: else the browser keeps it back.
    const started = Promise.all([player.play(), this.#drive.ready()]);
    this.events.emit('changed');
    try {
      await started;
      if (turn !== this.#playTurn) return;
      if (this.#isPlaying) this.#drive.start(player.positionMs);
    } catch (error) {
      if (turn !== this.#playTurn) return;
      player.stop();
      this.#fail(playErrorOf(error));
    }
    this.#startingTurn = undefined;
    this.events.emit('changed');
  }

  async #load(
    name: string,
    bytes: () => Promise<ArrayBuffer> | undefined,
    timingsFile: File | undefined,
  ): Promise<void> {
    const { player } = this.#parts;
    const turn = ++this.#turn;
    await this.stop();
    this.#set({ status: 'loading' });
    try {
      const read = await bytes();
      const sound = read === undefined ? this.#sound : await player.decode(read);
      if (sound === undefined) throw new DOMException('no sound', 'EncodingError');
      const given = timingsFile === undefined ? undefined : await this.#read(timingsFile);
      const phonemes = given ?? (await phonemesOf(sound));
      if (turn !== this.#turn) return;
      this.#sound = sound;
      this.#drive.phonemes = phonemes;
      player.load(sound);
      const timings =
        given === undefined || timingsFile === undefined
          ? undefined
          : { name: timingsFile.name, count: given.length };
      this.#set({ status: 'loaded', name, timings });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#set(this.#settled);
      this.#fail({
        code: 'SoundUnreadable',
        message: playErrorOf(error).message,
      });
    }
  }

  /** Timings that cannot be read are said and left out: the sound plays all the same. */
  async #read(file: File): Promise<readonly TimedPhoneme[] | undefined> {
    try {
      return await timingsOf(file);
    } catch (error) {
      this.#fail({
        code: 'TimingsUnreadable',
        message: playErrorOf(error).message,
      });
      return undefined;
    }
  }

  #fail(error: PlayError): void {
    this.events.emit('failed', error);
  }

  #set(state: LipsState): void {
    this.#state = state;
    if (state.status !== 'loading') this.#settled = state;
    this.events.emit('changed');
  }
}
