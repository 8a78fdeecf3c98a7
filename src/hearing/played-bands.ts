import { BANDS, BandPowers, LOWEST_DB } from './band-powers.js';

export const SLOT_MS = 10;
const FRAME_SAMPLES = 320;
const FRAME_MS = 20;
const SAMPLES_PER_MS = 16;
/** A minute. */
const MAX_AHEAD_SLOTS = 6000;
/** So long after it was played nobody asks for a level any more. */
const KEPT_SLOTS = 200;
const PAGE_SLOTS = 64;
/** All that may lie ahead or just behind, and a page that is begun at either end. */
const PAGES = Math.ceil((MAX_AHEAD_SLOTS + KEPT_SLOTS) / PAGE_SLOTS) + 2;
/** Pieces of one sound are told with times that jump by less. */
const SAME_SOUND_MS = 30;

/** The levels of 0.64 s of playing. */
interface Page {
  /** Its first slot is this times PAGE_SLOTS. */
  readonly number: number;
  readonly levelsDb: Float32Array;
}

/** What the loudspeaker plays, as band levels on a grid of 10 ms of the clock. Keeps only what may be asked for, and is bounded by a minute. */
export class PlayedBands {
  /** The page with number n at place n % PAGES; none where nothing is played. */
  readonly #pages: (Page | undefined)[] = Array.from({ length: PAGES }, () => undefined);
  readonly #bands = new BandPowers();
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  /** Pages before this one are forgotten. */
  #firstPage = 0;
  /** No slot behind this one was ever played. */
  #lastSlot = Number.NEGATIVE_INFINITY;
  #filled = 0;
  /** When the first sample of the frame is heard. */
  #frameAtMs = 0;
  #isOpen = false;

  get lastSlot(): number {
    return this.#lastSlot;
  }

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
    const first = slotOf(fromMs) + 1;
    for (let place = 0; place < this.#pages.length; place++) {
      const page = this.#pages[place];
      if (page === undefined) continue;
      const from = Math.max(0, first - page.number * PAGE_SLOTS);
      if (from === 0) this.#pages[place] = undefined;
      else page.levelsDb.fill(LOWEST_DB, from * BANDS);
    }
    this.#filled = 0;
    this.#isOpen = false;
  }

  /** Time has come to this slot: what was played long before is forgotten. */
  forget(slot: number): void {
    const first = Math.floor((slot - KEPT_SLOTS) / PAGE_SLOTS);
    if (first <= this.#firstPage) return;
    this.#firstPage = first;
    for (let place = 0; place < this.#pages.length; place++)
      if ((this.#pages[place]?.number ?? first) < first) this.#pages[place] = undefined;
  }

  /** @returns Level of a band in a slot, dB; LOWEST_DB where nothing is played. */
  levelDb(slot: number, band: number): number {
    const number = Math.floor(slot / PAGE_SLOTS);
    const page = this.#pages[number % PAGES];
    if (page?.number !== number) return LOWEST_DB;
    return page.levelsDb[(slot - number * PAGE_SLOTS) * BANDS + band] as number;
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
    if (slot < 0 || slot > slotOf(nowMs) + MAX_AHEAD_SLOTS || isSilent(levelsDb)) return;
    const page = this.#pageFor(slot);
    if (page === undefined) return;
    this.#lastSlot = Math.max(this.#lastSlot, slot);
    const place = (slot - page.number * PAGE_SLOTS) * BANDS;
    // Two sounds at once: the louder one is nearly the sum.
    for (let band = 0; band < BANDS; band++)
      page.levelsDb[place + band] = Math.max(levelsDb[band] as number, page.levelsDb[place + band] as number);
  }

  /** @returns The page of the slot; undefined: it is forgotten already. */
  #pageFor(slot: number): Page | undefined {
    const number = Math.floor(slot / PAGE_SLOTS);
    const present = this.#pages[number % PAGES];
    if (present?.number === number) return present;
    if (number < Math.max(this.#firstPage, present?.number ?? 0)) return undefined;
    const page = { number, levelsDb: new Float32Array(PAGE_SLOTS * BANDS).fill(LOWEST_DB) };
    this.#pages[number % PAGES] = page;
    return page;
  }
}

function isSilent(levelsDb: Float64Array): boolean {
  for (let band = 0; band < BANDS; band++) if ((levelsDb[band] as number) > LOWEST_DB) return false;
  return true;
}

/** The slot of a window that ends at this moment. */
export function slotOf(endMs: number): number {
  return Math.round(endMs / SLOT_MS);
}
