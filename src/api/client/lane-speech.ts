import { Emitter } from '../../runtime/index.js';
import type { LaneEvent } from '../messages-out.js';
import { API_LIMITS } from '../protocol.js';
import { unwatched } from './api-error.js';
import type { ApiLink } from './link.js';

export type SpeechEnd = Omit<LaneEvent<'speechEnded'>, 'speech'>;

export interface LaneSpeechEvents {
  started: [];
  heard: [heardMs: number];
  ended: [end: SpeechEnd];
}

/** Something that is spoken or played on a lane. */
export class LaneSpeech {
  readonly events = new Emitter<LaneSpeechEvents>();
  readonly lane: string;
  /** Settles once, never rejects. */
  readonly ended: Promise<SpeechEnd>;
  readonly #link: ApiLink;
  readonly #speech: number;
  #resolve: (end: SpeechEnd) => void = () => {};
  #end: SpeechEnd | undefined;
  #sentBytes = 0;
  #acceptedBytes = 0;
  #wake: () => void = () => {};

  /** @internal Use `BridgeApi.laneSay` and `lanePlay`. */
  constructor(link: ApiLink, opened: { readonly speech: number; readonly lane: string }) {
    this.#link = link;
    this.#speech = opened.speech;
    this.lane = opened.lane;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Of `lanePlay`: more sound, s16le mono 16 000 Hz, whole samples. Resolves when the avatar has room for more; does nothing after the
   * end.
   */
  async write(pcm: Uint8Array): Promise<void> {
    let at = 0;
    while (at < pcm.byteLength && this.#end === undefined) {
      const roomBytes = this.#acceptedBytes - this.#sentBytes;
      if (roomBytes < 2) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const bytes = Math.min(pcm.byteLength - at, API_LIMITS.soundBytes, roomBytes - (roomBytes % 2));
      this.#link.sound({
        kind: 'lane',
        channel: 0,
        turn: this.#speech,
        fromSample: 0,
        sampleRateHz: 16_000,
        pcm: pcm.slice(at, at + bytes),
      });
      this.#sentBytes += bytes;
      at += bytes;
    }
  }

  /** Of `lanePlay`: no more follows. @returns how it ended. */
  async end(): Promise<SpeechEnd> {
    if (this.#end === undefined) await this.#link.request('laneEnd', () => ({ speech: this.#speech }));
    return this.ended;
  }

  /** Silence at once. */
  stop(): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return unwatched(this.#link.request('laneStop', () => ({ speech: this.#speech })).then(() => {}));
  }

  /** @internal */
  started(): void {
    this.events.emit('started');
  }

  /** @internal */
  heard(heardMs: number): void {
    this.events.emit('heard', heardMs);
  }

  /** @internal */
  accepted(bytes: number): void {
    this.#acceptedBytes = bytes;
    this.#wake();
  }

  /** @internal */
  finish(end: SpeechEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#wake();
    this.events.emit('ended', end);
    this.#resolve(end);
  }
}
