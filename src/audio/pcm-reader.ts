import type { ByteReader } from './byte-reader.js';
import type { MonoBlock, PcmFormat, SampleEncoding } from './pcm.js';
import { interleavedToMono, sampleBytes } from './sample-decode.js';
import { noFaults, type SoundDescription, type SoundFaults, type SoundReader } from './sound-reader.js';

export interface PcmLayout extends PcmFormat {
  readonly encoding: SampleEncoding;
  /** Bytes that hold samples; undefined reads to the end of the source. */
  readonly dataBytes: number | undefined;
}

/** Small enough that one block never holds up a pacing loop in the same thread. */
const SLICE_BYTES = 16_384;

/** Uncompressed samples: the body of a WAV file, or raw PCM of a stated format. */
export class PcmReader implements SoundReader {
  readonly description: SoundDescription;
  readonly durationMs: number | undefined;
  readonly faults: SoundFaults = noFaults();
  readonly #bytes: ByteReader;
  readonly #layout: PcmLayout;
  readonly #frameBytes: number;

  /** @param bytes - At the first sample. */
  constructor(bytes: ByteReader, layout: PcmLayout, container: 'wav' | 'rf64' | 'raw') {
    this.#bytes = bytes;
    this.#layout = layout;
    this.#frameBytes = sampleBytes(layout.encoding) * layout.channels;
    const { sampleRateHz, channels, encoding } = layout;
    this.description = { container, encoding, sampleRateHz, channels };
    this.durationMs = this.#knownDurationMs();
  }

  /** Yields what has arrived, without waiting to fill a block: a live source stays live. */
  async *blocks(): AsyncGenerator<MonoBlock, void> {
    const { sampleRateHz, channels, encoding, dataBytes } = this.#layout;
    const scratch = new Float32Array(SLICE_BYTES / this.#frameBytes + 1);
    let leftBytes = dataBytes ?? Number.POSITIVE_INFINITY;
    while (leftBytes > 0) {
      const bytes = await this.#readFrames(leftBytes);
      if (bytes.byteLength === 0) break;
      leftBytes -= bytes.byteLength;
      if (bytes.byteLength % this.#frameBytes !== 0) this.faults.truncated = true;
      yield { sampleRateHz, samples: interleavedToMono(bytes, encoding, channels, scratch) };
    }
    if (Number.isFinite(leftBytes) && leftBytes > 0) this.faults.truncated = true;
  }

  /** Whole frames, at least one; a rest shorter than a frame only at the end. */
  async #readFrames(leftBytes: number): Promise<Uint8Array> {
    const limitBytes = Math.max(this.#frameBytes, SLICE_BYTES - (SLICE_BYTES % this.#frameBytes));
    const head = await this.#bytes.peek(Math.min(this.#frameBytes, leftBytes));
    if (head.byteLength < this.#frameBytes) return this.#bytes.read(head.byteLength);
    const ready = this.#bytes.bufferedBytes;
    const wantBytes = Math.min(limitBytes, leftBytes, ready - (ready % this.#frameBytes));
    return this.#bytes.read(wantBytes);
  }

  #knownDurationMs(): number | undefined {
    const { dataBytes, sampleRateHz } = this.#layout;
    const { totalBytes, positionBytes } = this.#bytes;
    const presentBytes = totalBytes === undefined ? undefined : Math.max(0, totalBytes - positionBytes);
    if (dataBytes === undefined && presentBytes === undefined) return undefined;
    const soundBytes = Math.min(
      dataBytes ?? Number.POSITIVE_INFINITY,
      presentBytes ?? Number.POSITIVE_INFINITY,
    );
    return (Math.floor(soundBytes / this.#frameBytes) / sampleRateHz) * 1000;
  }
}
