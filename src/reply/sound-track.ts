interface Stored {
  readonly from: number;
  readonly pcm: Uint8Array;
}

/** Quieter than this, in 10 ms, is no speech: -46 dBFS. */
const QUIET_RMS = 164;
const FRAME_MS = 10;
/** A gap that is heard as one; a closure inside a word is shorter. */
const PAUSE_MS = 60;

/** The sound of a reply as it was made: kept until it is long heard, because what was cut off is sent again. s16le mono. */
export class SoundTrack {
  readonly sampleRateHz: number;
  readonly #bytesPerMs: number;
  readonly #stored: Stored[] = [];
  #endBytes = 0;

  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
    this.#bytesPerMs = sampleRateHz / 500;
  }

  get endBytes(): number {
    return this.#endBytes;
  }

  get endMs(): number {
    return this.#endBytes / this.#bytesPerMs;
  }

  /** @param pcm - whole samples; owned from now on. */
  append(pcm: Uint8Array): void {
    if (pcm.byteLength === 0) return;
    this.#stored.push({ from: this.#endBytes, pcm });
    this.#endBytes += pcm.byteLength;
  }

  /** Of the first sample at or behind `ms`. */
  bytesAt(ms: number): number {
    return Math.max(0, Math.min(this.#endBytes, 2 * Math.round((ms * this.#bytesPerMs) / 2)));
  }

  msAt(bytes: number): number {
    return bytes / this.#bytesPerMs;
  }

  /** At most `maxBytes` from there on; undefined: nothing yet. Not to be changed. */
  read(from: number, maxBytes: number): Uint8Array | undefined {
    const stored = this.#stored.findLast((one) => one.from <= from);
    if (stored === undefined) return undefined;
    const pcm = stored.pcm.subarray(from - stored.from, from - stored.from + maxBytes);
    return pcm.byteLength === 0 ? undefined : pcm;
  }

  /** What is there of it from one millisecond to another, in one. The caller's own. */
  copy(fromMs: number, untilMs: number): Uint8Array {
    const [from, until] = [this.bytesAt(fromMs), this.bytesAt(untilMs)];
    const inside = this.#stored
      .map(({ from: at, pcm }) => pcm.subarray(Math.max(0, from - at), Math.max(0, until - at)))
      .filter(({ byteLength }) => byteLength > 0);
    const copied = new Uint8Array(inside.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let to = 0;
    for (const pcm of inside) {
      copied.set(pcm, to);
      to += pcm.byteLength;
    }
    return copied;
  }

  /** What lies before is needed no longer. */
  forgetBefore(ms: number): void {
    const until = ms * this.#bytesPerMs;
    for (;;) {
      const first = this.#stored[0];
      if (first === undefined || first.from + first.pcm.byteLength > until) return;
      this.#stored.shift();
    }
  }

  /** The end of the last pause that ends in `fromMs` … `untilMs`; undefined: there is none. */
  lastPauseEnd(fromMs: number, untilMs: number): number | undefined {
    let quietMs = 0;
    let found: number | undefined;
    for (let atMs = fromMs; atMs <= untilMs; atMs += FRAME_MS) {
      if (this.#isQuiet(atMs)) quietMs += FRAME_MS;
      else {
        if (quietMs >= PAUSE_MS) found = atMs;
        quietMs = 0;
      }
    }
    return found;
  }

  #isQuiet(atMs: number): boolean {
    const pcm = this.read(this.bytesAt(atMs), Math.floor((FRAME_MS * this.#bytesPerMs) / 2) * 2);
    if (pcm === undefined) return true;
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    let sum = 0;
    for (let at = 0; at + 1 < pcm.byteLength; at += 2) sum += view.getInt16(at, true) ** 2;
    return Math.sqrt((2 * sum) / pcm.byteLength) < QUIET_RMS;
  }
}
