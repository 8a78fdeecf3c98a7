import { pageChecksum } from './ogg-pages.js';

const HEADER_BYTES = 27;
const FIRST = 2;
/** A page holds one packet of at most this: an Opus packet of 120 ms is at most 7 656 bytes for each of its streams. */
const MAX_PACKET_BYTES = 255 * 254;
/** Samples at 48 kHz of one frame, by the configuration in a packet's first byte. @source RFC 6716, table 2 */
const SILK_FRAME = [480, 960, 1920, 2880];
const HYBRID_FRAME = [480, 960];
const CELT_FRAME = [120, 240, 480, 960];

/**
 * Opus packets in pages of Ogg, one in each: for sound that came in another container.
 *
 * @source RFC 3533 section 6, RFC 7845 sections 3 to 5
 */
export class OggPacketPages {
  #sequence = 0;
  #granule = 0;

  /** @param head - `OpusHead`, as the container tells it. @returns The two pages that stand before all sound. */
  begin(head: Uint8Array): Uint8Array {
    // Vendor and number of comments, both of no length.
    const tags = Uint8Array.from(
      [...'OpusTags'].map((letter) => letter.charCodeAt(0)).concat(Array(8).fill(0)),
    );
    const [first, second] = [this.#page(head, FIRST), this.#page(tags, 0)];
    const both = new Uint8Array(first.byteLength + second.byteLength);
    both.set(first);
    both.set(second, first.byteLength);
    return both;
  }

  /** @param packet - 1 to 64 770 bytes; more is cut. */
  next(packet: Uint8Array): Uint8Array {
    this.#granule += samplesOf(packet);
    return this.#page(packet, 0);
  }

  #page(whole: Uint8Array, flags: number): Uint8Array {
    const packet = whole.subarray(0, MAX_PACKET_BYTES);
    const segments = Math.floor(packet.byteLength / 255) + 1;
    const page = new Uint8Array(HEADER_BYTES + segments + packet.byteLength);
    const view = new DataView(page.buffer);
    page.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
    view.setBigUint64(6, BigInt(this.#granule), true);
    view.setUint32(14, 1, true);
    view.setUint32(18, this.#sequence++, true);
    page[26] = segments;
    page.fill(255, HEADER_BYTES, HEADER_BYTES + segments - 1);
    page[HEADER_BYTES + segments - 1] = packet.byteLength % 255;
    page.set(packet, HEADER_BYTES + segments);
    view.setUint32(22, pageChecksum(page), true);
    return page;
  }
}

/** How long a packet sounds, in samples at 48 kHz. @source RFC 6716 section 3.1 */
export function samplesOf(packet: Uint8Array): number {
  const [first = 0, second = 0] = packet;
  const config = first >> 3;
  const frame =
    (config < 12
      ? SILK_FRAME[config % 4]
      : config < 16
        ? HYBRID_FRAME[config % 2]
        : CELT_FRAME[config % 4]) ?? 0;
  const code = first & 3;
  return frame * (code === 0 ? 1 : code === 3 ? second & 63 : 2);
}
