import { BANDS, BandPowers, LOWEST_DB } from './band-powers.js';

export const SLOT_MS = 10;
const FRAME_SAMPLES = 320;
const FRAME_MS = 20;
const SAMPLES_PER_MS = 16;
/** A minute ahead and a little behind. */
const SLOTS = 6600;
const MAX_AHEAD_SLOTS = 6000;
/** Pieces of one sound are told with times that jump by less. */
const SAME_SOUND_MS = 30;
const NONE = -1;

/** What the loudspeaker plays, as band levels on a grid of 10 ms of the clock; bounded. */
export class PlayedBands {
  readonly #levelsDb = new Float32Array(SLOTS * BANDS);
  /** Which slot of the clock each place holds. */
  readonly #slotAt = new Float64Array(SLOTS).fill(NONE);
  readonly #bands = new BandPowers();
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  /** When the first sample of the frame is heard. */
  #frameAtMs = 0;
  #isOpen = false;

  /** @param nowMs - what lies more than a minute ahead of it is left out. */
  add(pcm: Uint8Array, atMs: number, nowMs: number): void {
    const expectedMs = this.#frameAtMs + this.#filled / SAMPLES_PER_MS;
    if (!this.#isOpen || Math.abs(atMs - expectedMs) > SAME_SOUND_MS) {
      this.#finish(nowMs);
      this.#bands.reset();
      this.#frameAtMs = atMs;
      this.#isOpen = true;
    }
    for (let at = 0; at + 1 < pcm.byteLength; at += 2) {
      this.#frame[this.#filled++] = (pcm[at] as number) | ((pcm[at + 1] as number) << 8);
      if (this.#filled === FRAME_SAMPLES) this.#measure(nowMs);
    }
  }

  /** Nothing is played after this moment. */
  clearFrom(fromMs: number): void {
    const first = slotOf(fromMs);
    for (let place = 0; place < SLOTS; place++)
      if ((this.#slotAt[place] as number) > first) this.#slotAt[place] = NONE;
    this.#filled = 0;
    this.#isOpen = false;
  }

  /** @returns Level of a band in a slot, dB; LOWEST_DB where nothing is played. */
  levelDb(slot: number, band: number): number {
    const place = slot % SLOTS;
    return this.#slotAt[place] === slot ? (this.#levelsDb[place * BANDS + band] as number) : LOWEST_DB;
  }

  #finish(nowMs: number): void {
    if (this.#filled === 0) return;
    this.#frame.fill(0, this.#filled);
    this.#measure(nowMs);
  }

  #measure(nowMs: number): void {
    this.#bands.measure(this.#frame);
    this.#put(this.#bands.middleDb, this.#frameAtMs + FRAME_MS / 2, nowMs);
    this.#put(this.#bands.endDb, this.#frameAtMs + FRAME_MS, nowMs);
    this.#frameAtMs += FRAME_MS;
    this.#filled = 0;
  }

  #put(levelsDb: Float64Array, endMs: number, nowMs: number): void {
    const slot = slotOf(endMs);
    if (slot < 0 || slot > slotOf(nowMs) + MAX_AHEAD_SLOTS) return;
    const place = slot % SLOTS;
    const isTaken = this.#slotAt[place] === slot;
    for (let band = 0; band < BANDS; band++) {
      const at = place * BANDS + band;
      const levelDb = levelsDb[band] as number;
      // Two sounds at once: the louder one is nearly the sum.
      this.#levelsDb[at] = isTaken ? Math.max(levelDb, this.#levelsDb[at] as number) : levelDb;
    }
    this.#slotAt[place] = slot;
  }
}

/** The slot of a window that ends at this moment. */
export function slotOf(endMs: number): number {
  return Math.round(endMs / SLOT_MS);
}
