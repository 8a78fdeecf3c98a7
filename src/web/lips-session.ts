import type { DaemonClock } from '../client/daemon-clock.js';
import { createLipsDriver } from '../lipsync/create-lips-driver.js';
import type { LipsDriver } from '../lipsync/lips-driver.js';
import type { TimedPhoneme } from '../lipsync/timed-phoneme.js';
import type { Clock } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import type { BridgeView } from './bridge-view.js';
import { phonemesOf, sortFiles, timingsOf } from './lips-material.js';
import type { Outputs } from './outputs.js';
import type { PlayError } from './play-request.js';
import type { SoundPlayer } from './sound-player.js';

/** An avatar whose lips are moved. */
export interface LipsTarget {
  readonly lane: string;
  readonly model: string;
}

export type LipsState =
  | { readonly status: 'empty' | 'loading' }
  | {
      readonly status: 'loaded';
      /** Empty: the sample. */
      readonly name: string;
      readonly timings: { readonly name: string; readonly count: number } | undefined;
    };

export interface LipsSessionParts {
  readonly bridge: BridgeView;
  readonly clock: Clock;
  readonly player: SoundPlayer;
  readonly outputs: Outputs;
  /** Whose lips; undefined: nobody fits, or several do. */
  readonly targetNow: () => LipsTarget | undefined;
}

/** Lips only: the sound plays on the page, and the lips of the avatar follow the page's playback clock. */
export class LipsSession {
  readonly events = new Emitter<{ changed: []; failed: [error: PlayError] }>();
  readonly #parts: LipsSessionParts;
  #state: LipsState = { status: 'empty' };
  #sound: AudioBuffer | undefined;
  #phonemes: readonly TimedPhoneme[] = [];
  #driver: LipsDriver | undefined;
  #driven: LipsTarget | undefined;
  #daemonClock: DaemonClock | undefined;
  /** Files chosen earlier count for nothing. */
  #turn = 0;

  constructor(parts: LipsSessionParts) {
    this.#parts = parts;
    const { bridge, player } = parts;
    player.events.on('ended', () => this.events.emit('changed'));
    bridge.events.on('message', ({ lane, type, args, isEcho }) => {
      if (!isEcho && lane === this.#driven?.lane) this.#driver?.received(type, args);
    });
    bridge.events.on('link', () => {
      // Another daemon may have another clock.
      this.#daemonClock = undefined;
    });
    addEventListener('pagehide', () => void this.stop());
  }

  get state(): LipsState {
    return this.#state;
  }

  /** Takes a sound, its timings, or both; timings alone are for the sound that is there. Never rejects. */
  async take(files: readonly File[]): Promise<void> {
    const { sound, timings } = sortFiles(files);
    if (sound === undefined && this.#sound === undefined) {
      this.#fail({ code: 'NoSound', message: files.map(({ name }) => name).join(', ') });
      return;
    }
    const name = sound?.name ?? (this.#state.status === 'loaded' ? this.#state.name : '');
    await this.#load(name, () => sound?.arrayBuffer(), timings);
  }

  async play(): Promise<void> {
    const { player } = this.#parts;
    if (this.#state.status === 'empty')
      await this.#load('', async () => (await fetch('api/sample')).arrayBuffer(), undefined);
    if (this.#state.status !== 'loaded' || this.#isPlaying) return;
    // Called first, within the click: else the browser keeps the sound back.
    const playing = player.play();
    try {
      const driver = await this.#driverNow();
      await playing;
      if (this.#isPlaying) driver.start(player.positionMs);
    } catch (error) {
      player.stop();
      this.#fail(asError(error));
    }
    this.events.emit('changed');
  }

  pause(): void {
    this.#parts.player.pause();
    void this.#driver?.pause().catch(() => {});
    this.events.emit('changed');
  }

  seek(positionMs: number): void {
    const { player } = this.#parts;
    player.seek(positionMs);
    if (player.status === 'playing') this.#driver?.start(positionMs);
    this.events.emit('changed');
  }

  async stop(): Promise<void> {
    this.#parts.player.stop();
    const driver = this.#driver;
    this.#driver = undefined;
    this.events.emit('changed');
    await driver?.stop().catch(() => {});
  }

  get #isPlaying(): boolean {
    return this.#parts.player.status === 'playing';
  }

  async #load(
    name: string,
    bytes: () => Promise<ArrayBuffer> | undefined,
    timingsFile: File | undefined,
  ): Promise<void> {
    const { player } = this.#parts;
    const turn = ++this.#turn;
    await this.stop();
    const before = this.#state;
    this.#set({ status: 'loading' });
    try {
      const read = await bytes();
      const sound = read === undefined ? this.#sound : await player.decode(read);
      if (sound === undefined) throw new DOMException('no sound', 'EncodingError');
      const given = timingsFile === undefined ? undefined : await this.#read(timingsFile);
      const phonemes = given ?? (await phonemesOf(sound));
      if (turn !== this.#turn) return;
      this.#sound = sound;
      this.#phonemes = phonemes;
      player.load(sound);
      const timings =
        given === undefined || timingsFile === undefined
          ? undefined
          : { name: timingsFile.name, count: given.length };
      this.#set({ status: 'loaded', name, timings });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#set(before);
      this.#fail({
        code: 'SoundUnreadable',
        message: error instanceof Error ? error.message : String(error),
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
        message: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }

  /** The driver for this sound and this avatar. @throws {BridgeError} the bridge is away. */
  async #driverNow(): Promise<LipsDriver> {
    const { bridge, clock, player, outputs, targetNow } = this.#parts;
    const target = targetNow();
    if (target === undefined) throw { code: 'BRIDGE_ERR_LANE_UNKNOWN', message: 'Several avatars, or none' };
    const isSame = target.lane === this.#driven?.lane && target.model === this.#driven.model;
    if (this.#driver !== undefined && isSame) return this.#driver;
    await this.#driver?.stop();
    const daemonClock = await this.#clockNow();
    const driver = createLipsDriver({
      clock,
      model: target.model,
      timeline: {
        heardAtMs: (positionMs) => {
          const heardAtMs = player.heardAtMs(positionMs);
          return heardAtMs === undefined ? undefined : heardAtMs + outputs.offsetMs;
        },
      },
      send: async (message, actAtMs) => {
        const time = actAtMs === undefined ? {} : { actAtMs: (await this.#clockNow()).daemonMs(actAtMs) };
        await bridge.request('send', { message, lane: target.lane, kind: 'auto', ...time });
      },
    });
    driver.events.on('failed', (error) => this.#fail(asError(error)));
    driver.append(this.#phonemes);
    driver.finish();
    this.#daemonClock = daemonClock;
    this.#driver = driver;
    this.#driven = target;
    return driver;
  }

  async #clockNow(): Promise<DaemonClock> {
    this.#daemonClock ??= await this.#parts.bridge.measureClock();
    return this.#daemonClock;
  }

  #fail(error: PlayError): void {
    this.events.emit('failed', error);
  }

  #set(state: LipsState): void {
    this.#state = state;
    this.events.emit('changed');
  }
}

function asError(error: unknown): PlayError {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return { code: error.code, message: 'message' in error ? String(error.message) : '' };
  return { code: 'unknownError', message: String(error) };
}
