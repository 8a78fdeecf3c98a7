import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import { VoiceConverter } from '../speaking/index.js';
import type { PlayedSound } from './reply-voice.js';
import type { SoundTrack } from './sound-track.js';

export interface PlayedTellerOptions {
  readonly onPlayed: (sound: PlayedSound) => void;
  /** What was told to be heard from this time on is not. */
  readonly onUnplayed: (fromMs: number) => void;
}

interface Heard {
  /** What is heard at `nowMs`, milliseconds of the reply. */
  readonly positionMs: number;
  /** So far it is or will be heard. */
  readonly untilMs: number;
  readonly nowMs: number;
}

const PIECE_MS = 100;

/** Tells the sound that is heard, again where it is heard again, at 16 kHz and with its time. */
export class PlayedTeller {
  readonly #track: SoundTrack;
  readonly #options: PlayedTellerOptions;
  #cursor = 0;
  #ears: VoiceConverter | undefined;
  /** Counts takes: a converter that comes late belongs to none. */
  #take = 0;

  constructor(track: SoundTrack, options: PlayedTellerOptions) {
    this.#track = track;
    this.#options = options;
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

  tell({ positionMs, untilMs, nowMs }: Heard): void {
    const until = this.#track.bytesAt(untilMs);
    const pieceBytes = 2 * Math.round((this.#track.sampleRateHz * PIECE_MS) / 1000);
    while (this.#ears !== undefined && this.#cursor < until) {
      const pcm = this.#track.read(this.#cursor, Math.min(pieceBytes, until - this.#cursor));
      if (pcm === undefined) return;
      const atMs = nowMs + this.#track.msAt(this.#cursor) - positionMs;
      this.#cursor += pcm.byteLength;
      const heard = this.#ears.push(pcm);
      if (heard.byteLength > 0) this.#options.onPlayed({ pcm: heard, atMs });
    }
  }

  /** As `tell`, and nothing behind `untilMs` is heard: what was told of it is taken back. */
  silenced(heard: Heard): void {
    this.tell(heard);
    const { positionMs, untilMs, nowMs } = heard;
    if (this.#cursor > this.#track.bytesAt(untilMs)) this.#options.onUnplayed(nowMs + untilMs - positionMs);
  }

  close(): void {
    this.#take++;
    this.#ears?.free();
    this.#ears = undefined;
  }
}
