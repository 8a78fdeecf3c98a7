import { setImmediate as nextTurn } from 'node:timers/promises';
import { unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { decodeStep } from './decode-step.js';
import type { MonoBlock } from './pcm.js';
import { noFaults, type SoundDescription, type SoundFaults, type SoundReader } from './sound-reader.js';
import { openDecoder } from './wasm-decoders.js';

interface StreamInfo {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Samples per channel; 0 when the encoder did not know. */
  readonly totalSamples: number;
  /** No frame is longer: uncompressed samples of the largest block, and some room. */
  readonly maxFrameBytes: number;
}

const MAX_METADATA_BLOCKS = 1_024;
const STREAMINFO_BYTES = 34;
/** Given to the decoder at once. A frame of silence says 65,535 samples with 13 bytes: small, so that what comes out at once stays small too. */
const SLICE_BYTES = 512;
/** Read behind a frame before the decoder is sure of it. */
const ROOM_BYTES = 16_384;
/** What the decoder can hold. */
const FRAME_LIMIT_BYTES = 524_288;
/** After so many stretches without one frame the rest is given up. */
const MAX_RESTARTS = 16;

/** Native FLAC. The metadata (pictures of many MB too) is skipped here and never reaches the decoder. */
export class FlacReader implements SoundReader {
  readonly description: SoundDescription;
  readonly durationMs: number | undefined;
  readonly faults: SoundFaults = noFaults();
  readonly #bytes: ByteReader;
  readonly #totalSamples: number;
  readonly #maxFrameBytes: number;

  /** @param bytes - At `fLaC`. */
  static async open(bytes: ByteReader, name: string): Promise<FlacReader> {
    await bytes.skip(4);
    return new FlacReader(bytes, await readMetadata(bytes, name));
  }

  private constructor(bytes: ByteReader, header: StreamInfo) {
    this.#bytes = bytes;
    this.#totalSamples = header.totalSamples;
    this.#maxFrameBytes = header.maxFrameBytes;
    const { sampleRateHz, channels } = header;
    this.description = { container: 'flac', encoding: 'flac', sampleRateHz, channels };
    this.durationMs = header.totalSamples > 0 ? (header.totalSamples / sampleRateHz) * 1000 : undefined;
  }

  async *blocks(): AsyncGenerator<MonoBlock, void> {
    let decoder = await openDecoder('flac');
    let madeSamples = 0;
    let fruitlessBytes = 0;
    let restarts = 0;
    try {
      for (let isEnd = false; !isEnd; ) {
        const slice = await this.#bytes.readSome(SLICE_BYTES);
        isEnd = slice.byteLength === 0;
        const block = await decodeStep(() => (isEnd ? decoder.flush() : decoder.decode(slice)), this.faults);
        if (block !== undefined) {
          madeSamples += block.samples.length;
          fruitlessBytes = 0;
          yield block;
          continue;
        }
        fruitlessBytes += slice.byteLength;
        if (fruitlessBytes <= this.#maxFrameBytes) continue;
        // The decoder searches what it holds again and again; forgetting it keeps bad input cheap.
        this.faults.damagedParts++;
        if (++restarts > MAX_RESTARTS) break;
        decoder.free();
        decoder = await openDecoder('flac');
        fruitlessBytes = 0;
        await nextTurn();
      }
    } finally {
      decoder.free();
    }
    if (madeSamples < this.#totalSamples) this.faults.truncated = true;
  }
}

/** Reads the metadata blocks, keeping only STREAMINFO; leaves `bytes` at the first frame. */
async function readMetadata(bytes: ByteReader, name: string): Promise<StreamInfo> {
  let header: StreamInfo | undefined;
  for (let count = 0; count < MAX_METADATA_BLOCKS; count++) {
    const [kind, high, middle, low] = await bytes.read(4);
    if (kind === undefined || high === undefined || middle === undefined || low === undefined) break;
    const sizeBytes = (high << 16) | (middle << 8) | low;
    const body = await bytes.read(Math.min(sizeBytes, STREAMINFO_BYTES));
    if ((kind & 0x7f) === 0) header = parseStreamInfo(body);
    await bytes.skip(sizeBytes - body.byteLength);
    if ((kind & 0x80) === 0) continue;
    if (header === undefined) break;
    return header;
  }
  throw unsupportedSound(name, 'a FLAC header that is cut short or has no STREAMINFO');
}

/** @returns undefined when the block is short or its rate is 0. */
export function parseStreamInfo(body: Uint8Array): StreamInfo | undefined {
  if (body.byteLength < 18) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const packed = view.getUint32(10);
  const sampleRateHz = packed >>> 12;
  if (sampleRateHz === 0) return undefined;
  const channels = ((packed >>> 9) & 7) + 1;
  const totalSamples = (view.getUint8(13) & 0x0f) * 4_294_967_296 + view.getUint32(14);
  const sampleBits = ((packed >>> 4) & 0x1f) + 1;
  const wantedBytes = (view.getUint16(2) * channels * sampleBits) / 8 + ROOM_BYTES;
  return { sampleRateHz, channels, totalSamples, maxFrameBytes: Math.min(wantedBytes, FRAME_LIMIT_BYTES) };
}
