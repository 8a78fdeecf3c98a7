import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import { VoiceConverter } from '../speaking/index.js';
import type { PlayedSound } from './reply-voice.js';
import type { SoundTrack } from './sound-track.js';

const PIECE_MS = 100;

/** Tells the sound that is heard, again where it is heard again, at 16 kHz and with its time. */
export class PlayedTeller {
  readonly #track: SoundTrack;
  readonly #onPlayed: (sound: PlayedSound) => void;
  #cursor = 0;
  #ears: VoiceConverter | undefined;
  /** Counts takes: a converter that comes late belongs to none. */
  #take = 0;

  constructor(track: SoundTrack, onPlayed: (sound: PlayedSound) => void) {
    this.#track = track;
    this.#onPlayed = onPlayed;
  }

  /** Sound from here on is heard next. */
  begin(fromMs: number): void {
    this.close();
    this.#cursor = this.#track.bytesAt(fromMs);
    const take = ++this.#take;
    void VoiceConverter.create(this.#track.sampleRateHz, OUTPUT_SAMPLE_RATE_HZ).then((ears) => {
      if (take === this.#take) this.#ears = ears;
      else ears.free();
    });
  }

  /** The sound up to `untilMs` is or will be heard; `positionMs` is heard at `nowMs`. */
  tell({
    positionMs,
    untilMs,
    nowMs,
  }: {
    readonly positionMs: number;
    readonly untilMs: number;
    readonly nowMs: number;
  }): void {
    const until = this.#track.bytesAt(untilMs);
    const pieceBytes = 2 * Math.round((this.#track.sampleRateHz * PIECE_MS) / 1000);
    while (this.#ears !== undefined && this.#cursor < until) {
      const pcm = this.#track.read(this.#cursor, Math.min(pieceBytes, until - this.#cursor));
      if (pcm === undefined) return;
      const atMs = nowMs + this.#track.msAt(this.#cursor) - positionMs;
      this.#cursor += pcm.byteLength;
      const heard = this.#ears.push(pcm);
      if (heard.byteLength > 0) this.#onPlayed({ pcm: heard, atMs });
    }
  }

  close(): void {
    this.#take++;
    this.#ears?.free();
    this.#ears = undefined;
  }
}
