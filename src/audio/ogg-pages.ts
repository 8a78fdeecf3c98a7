import type { ByteReader } from './byte-reader.js';

/** One Ogg page that passed its checksum. */
export interface OggPage {
  readonly serial: number;
  /** First page of a logical stream. */
  readonly isFirst: boolean;
  /** Last page of a logical stream. */
  readonly isLast: boolean;
  /** Header and body, as in the file. */
  readonly bytes: Uint8Array;
  /** The body alone. */
  readonly body: Uint8Array;
}

export type OggPiece =
  | { readonly kind: 'page'; readonly page: OggPage }
  | { readonly kind: 'damage' }
  | { readonly kind: 'cut' };

const HEADER_BYTES = 27;
const SEARCH_BYTES = 8_192;
const CAPTURE = [0x4f, 0x67, 0x67, 0x53];

/**
 * Cuts a stream into pages; what fails its checksum or lies between pages is skipped and reported once.
 *
 * @source RFC 3533 section 6
 */
export async function* oggPages(bytes: ByteReader): AsyncGenerator<OggPiece, void> {
  let isSearching = false;
  for (;;) {
    const head = await bytes.peek(HEADER_BYTES);
    if (head.byteLength < HEADER_BYTES) {
      if (head.byteLength > 0 && !isSearching) yield { kind: 'cut' };
      return;
    }
    const found = isCapture(head) ? await wholePage(bytes, head) : undefined;
    if (found === 'cut') {
      yield { kind: 'cut' };
      return;
    }
    if (found !== undefined) {
      isSearching = false;
      await bytes.skip(found.bytes.byteLength);
      yield { kind: 'page', page: found };
      continue;
    }
    if (!isSearching) yield { kind: 'damage' };
    isSearching = true;
    const window = await bytes.peek(SEARCH_BYTES);
    await bytes.skip(nextCaptureOffset(window));
  }
}

/** @returns undefined when the checksum fails, 'cut' when the source ends inside the page. */
async function wholePage(bytes: ByteReader, head: Uint8Array): Promise<OggPage | 'cut' | undefined> {
  const segmentCount = head[26] ?? 0;
  const table = (await bytes.peek(HEADER_BYTES + segmentCount)).subarray(HEADER_BYTES);
  const bodyBytes = table.reduce((sum, segment) => sum + segment, 0);
  const pageBytes = HEADER_BYTES + segmentCount + bodyBytes;
  const page = await bytes.peek(pageBytes);
  if (page.byteLength < pageBytes) return 'cut';
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  if (view.getUint32(22, true) !== pageChecksum(page)) return undefined;
  const flags = page[5] ?? 0;
  return {
    serial: view.getUint32(14, true),
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    bytes: page,
    body: page.subarray(HEADER_BYTES + segmentCount),
  };
}

function isCapture(head: Uint8Array): boolean {
  return CAPTURE.every((byte, index) => head[index] === byte) && head[4] === 0;
}

/** Where searching goes on: the next `OggS` after the first byte, or near the end of `window`. */
function nextCaptureOffset(window: Uint8Array): number {
  for (let offset = 1; offset + CAPTURE.length <= window.byteLength; offset++) {
    if (CAPTURE.every((byte, index) => window[offset + index] === byte)) return offset;
  }
  return Math.max(1, window.byteLength - CAPTURE.length + 1);
}

/** CRC-32 with polynomial 0x04c11db7, not reflected, start 0; the checksum field itself counts as zero. */
export function pageChecksum(page: Uint8Array): number {
  let crc = 0;
  for (let index = 0; index < page.byteLength; index++) {
    const byte = index >= 22 && index < 26 ? 0 : (page[index] ?? 0);
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  }
  return crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0);
  return crc >>> 0;
});
