import { levelDbfs, SILENCE_DBFS } from '../../audio/index.js';

/** What levels alone tell of a stretch of sound. */
export interface SoundEvidence {
  readonly durationMs: number;
  /** Level that a twentieth of the frames reach, dBFS: that of speech, where there is any. */
  readonly loudDbfs: number;
  /** How far that stands out of the quietest tenth. Speech: 15 and more; steady noise: below 5. */
  readonly rangeDb: number;
}

export const FRAME_MS = 20;
/** s16le mono 16 kHz. */
const FRAME_BYTES = 640;
/** An hour; what comes later is not remembered. */
const MAX_FRAMES = 180_000;
/** A short word cut close may have no quiet part: fewer frames than half a second tell nothing of a range. */
const MIN_FRAMES = 25;

/** Remembers how loud a sound was, frame by frame, to judge later whether anybody can have spoken in a part of it. */
export class LevelTrack {
  readonly #levels: number[] = [];
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #filled = 0;

  /** @param pcm - s16le mono 16 kHz, in pieces of any length. Not kept. */
  push(pcm: Uint8Array): void {
    let at = 0;
    while (at < pcm.byteLength && this.#levels.length < MAX_FRAMES) {
      const count = Math.min(FRAME_BYTES - this.#filled, pcm.byteLength - at);
      this.#frame.set(pcm.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < FRAME_BYTES) return;
      this.#levels.push(levelDbfs(this.#frame));
      this.#filled = 0;
    }
  }

  get durationMs(): number {
    return this.#levels.length * FRAME_MS;
  }

  /** Of everything, or of the part between two times. */
  evidence(fromMs = 0, toMs = Number.POSITIVE_INFINITY): SoundEvidence {
    const to = Math.min(this.#levels.length, Math.ceil(toMs / FRAME_MS));
    const levels = this.#levels.slice(Math.max(0, Math.floor(fromMs / FRAME_MS)), to).sort((a, b) => a - b);
    const at = (share: number): number =>
      levels[Math.min(levels.length - 1, Math.floor(levels.length * share))] ?? SILENCE_DBFS;
    const isEnough = levels.length >= MIN_FRAMES;
    return {
      durationMs: levels.length * FRAME_MS,
      loudDbfs: at(0.95),
      rangeDb: isEnough ? at(0.95) - Math.max(at(0.1), -90) : Number.POSITIVE_INFINITY,
    };
  }
}
