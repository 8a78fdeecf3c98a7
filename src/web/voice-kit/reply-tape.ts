interface Part {
  readonly fromMs: number;
  readonly pcm: Uint8Array;
}

/** Two and a half minutes at 48 kHz; what is longer ends there. */
const MAX_BYTES = 14_400_000;
const SEAM_MS = 3;

/** The sound of one reply, kept to hear it again. */
export class ReplyTape {
  #parts: Part[] = [];
  #bytes = 0;
  #rateHz = 24_000;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  get sampleRateHz(): number {
    return this.#rateHz;
  }

  /** s16le mono, in order. */
  get pcm(): readonly Uint8Array[] {
    return this.#parts.map(({ pcm }) => pcm);
  }

  /** What was there already counts for nothing. */
  push(fromMs: number, pcm: Uint8Array, rateHz: number): void {
    if (this.isEmpty) this.#rateHz = rateHz;
    if (rateHz !== this.#rateHz || this.#bytes + pcm.byteLength > MAX_BYTES) return;
    const overlapMs = this.#endMs - fromMs;
    const skipBytes = overlapMs > SEAM_MS ? this.#bytesOf(overlapMs) : 0;
    if (skipBytes >= pcm.byteLength) return;
    this.#add({ fromMs: fromMs + (skipBytes > 0 ? overlapMs : 0), pcm: pcm.slice(skipBytes) });
  }

  /** What comes after was not heard. */
  cutAt(positionMs: number): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    for (const { fromMs, pcm } of parts) {
      const kept = pcm.subarray(0, Math.max(0, this.#bytesOf(positionMs - fromMs)));
      if (kept.byteLength > 0) this.#add({ fromMs, pcm: kept });
    }
  }

  get #endMs(): number {
    const last = this.#parts.at(-1);
    return last === undefined ? 0 : last.fromMs + (500 * last.pcm.byteLength) / this.#rateHz;
  }

  #add(part: Part): void {
    this.#parts.push(part);
    this.#bytes += part.pcm.byteLength;
  }

  #bytesOf(ms: number): number {
    return 2 * Math.round((ms * this.#rateHz) / 1000);
  }
}
