import type { ByteReader } from './byte-reader.js';

/** One MPEG audio frame header, decoded. */
export interface Mp3FrameHeader {
  /** 1, 2 or 2.5. */
  readonly version: number;
  readonly layer: 1 | 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  readonly frameBytes: number;
  readonly samplesPerFrame: number;
}

const HEADER_BYTES = 4;
/** Bitrates in kbit/s by index 1–14. */
const BITRATES_V1: Readonly<Record<1 | 2 | 3, readonly number[]>> = {
  1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
};
const BITRATES_V2_LAYER1 = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const BITRATES_V2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_V1_HZ = [44_100, 48_000, 32_000];

/**
 * Reads a frame header at `offset`.
 *
 * @returns undefined when the bytes are no header, or one of a free-format stream, which is not supported.
 * @source ISO/IEC 11172-3 2.4.1.3, ISO/IEC 13818-3, and the unofficial MPEG-2.5 extension
 */
export function parseMp3Header(bytes: Uint8Array, offset = 0): Mp3FrameHeader | undefined {
  const [sync, flags, rates, mode] = bytes.subarray(offset, offset + HEADER_BYTES);
  if (sync !== 0xff || flags === undefined || rates === undefined || mode === undefined) return undefined;
  const versionBits = (flags >> 3) & 3;
  const layerBits = (flags >> 1) & 3;
  if (flags < 0xe0 || versionBits === 1 || layerBits === 0) return undefined;
  const version = versionBits === 3 ? 1 : versionBits === 2 ? 2 : 2.5;
  const layer = layerBits === 3 ? 1 : layerBits === 2 ? 2 : 3;
  const bitrates = version === 1 ? BITRATES_V1[layer] : layer === 1 ? BITRATES_V2_LAYER1 : BITRATES_V2;
  const kbps = bitrates[(rates >> 4) - 1];
  const baseRateHz = RATES_V1_HZ[(rates >> 2) & 3];
  if (kbps === undefined || baseRateHz === undefined || (mode & 3) === 2) return undefined;
  const sampleRateHz = baseRateHz / (version === 1 ? 1 : version === 2 ? 2 : 4);
  const padding = (rates >> 1) & 1;
  const samplesPerFrame = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1_152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor(((samplesPerFrame / 8 / slotBytes) * kbps * 1000) / sampleRateHz) + padding;
  const channels = mode >> 6 === 3 ? 1 : 2;
  return { version, layer, sampleRateHz, channels, frameBytes: slots * slotBytes, samplesPerFrame };
}

/** Where the first frame begins in `bytes`: a header whose follower agrees, or a frame that ends the data exactly. */
export function findMp3Frame(bytes: Uint8Array, isWhole: boolean): number | undefined {
  for (let offset = 0; offset + HEADER_BYTES <= bytes.byteLength; offset++) {
    const header = bytes[offset] === 0xff ? parseMp3Header(bytes, offset) : undefined;
    if (header === undefined) continue;
    const nextOffset = offset + header.frameBytes;
    if (isWhole && offset === 0 && nextOffset === bytes.byteLength) return offset;
    const next = parseMp3Header(bytes, nextOffset);
    if (next !== undefined && isSameStream(header, next)) return offset;
  }
  return undefined;
}

export type Mp3Piece =
  | { readonly kind: 'frame'; readonly header: Mp3FrameHeader; readonly bytes: Uint8Array }
  | { readonly kind: 'damage' }
  | { readonly kind: 'cut' };

const SEARCH_BYTES = 8_192;

/**
 * Cuts a stream into whole frames, so that the decoder never sees anything else: on garbage it can spin for ever.
 *
 * What lies between frames is skipped; tags at the end are no damage.
 */
export async function* mp3Frames(bytes: ByteReader): AsyncGenerator<Mp3Piece, void> {
  let last: Mp3FrameHeader | undefined;
  let isSearching = false;
  for (;;) {
    const head = await bytes.peek(HEADER_BYTES);
    if (head.byteLength < HEADER_BYTES) return;
    const header = parseMp3Header(head);
    if (header !== undefined && (await isBelievable(bytes, header, last))) {
      if (isSearching && last !== undefined) yield { kind: 'damage' };
      isSearching = false;
      last = header;
      const frame = await bytes.read(header.frameBytes);
      if (frame.byteLength < header.frameBytes) {
        yield { kind: 'cut' };
        return;
      }
      yield { kind: 'frame', header, bytes: frame };
      continue;
    }
    isSearching = true;
    const window = await bytes.peek(SEARCH_BYTES);
    await bytes.skip(nextHeaderOffset(window));
  }
}

/** Where searching goes on: the next header after the first byte, or near the end of `window`. */
function nextHeaderOffset(window: Uint8Array): number {
  for (let offset = 1; offset + HEADER_BYTES <= window.byteLength; offset++) {
    if (window[offset] === 0xff && parseMp3Header(window, offset) !== undefined) return offset;
  }
  return Math.max(1, window.byteLength - HEADER_BYTES + 1);
}

/** A header that continues the stream is taken at once; a different one only if its own follower agrees. */
async function isBelievable(
  bytes: ByteReader,
  header: Mp3FrameHeader,
  last: Mp3FrameHeader | undefined,
): Promise<boolean> {
  if (last !== undefined && isSameStream(header, last)) return true;
  const ahead = await bytes.peek(header.frameBytes + HEADER_BYTES);
  if (ahead.byteLength === header.frameBytes) return true;
  const next = parseMp3Header(ahead, header.frameBytes);
  return next !== undefined && isSameStream(header, next);
}

function isSameStream(left: Mp3FrameHeader, right: Mp3FrameHeader): boolean {
  return (
    left.version === right.version && left.layer === right.layer && left.sampleRateHz === right.sampleRateHz
  );
}
