import type { Clip } from './clip.js';

/** Half an hour of speech at 24 kHz. */
const MAX_BYTES = 86_000_000;

/** Keeps what was said to be heard again, as much of it as a browser's memory bears: the oldest go first. */
export class ClipShelf {
  readonly #maxBytes: number;
  readonly #clips = new Map<Clip, () => void>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param onGone - it is not kept any more. */
  add(clip: Clip, onGone: () => void): void {
    this.#clips.set(clip, onGone);
    this.#bytes += clip.file.size;
    for (const oldest of this.#clips.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.remove(oldest);
    }
  }

  remove(clip: Clip): void {
    const onGone = this.#clips.get(clip);
    if (onGone === undefined) return;
    this.#clips.delete(clip);
    this.#bytes -= clip.file.size;
    onGone();
  }

  clear(): void {
    for (const clip of [...this.#clips.keys()]) this.remove(clip);
  }
}
