import { decodeStep } from './decode-step.js';
import { parseStreamInfo } from './flac-reader.js';
import type { OggPage } from './ogg-pages.js';
import type { MonoBlock } from './pcm.js';
import type { SoundFaults } from './sound-reader.js';
import { openDecoder, type WasmDecoder } from './wasm-decoders.js';

/** What the first page of a logical stream tells. */
export interface OggStart {
  readonly codec: 'vorbis' | 'opus' | 'flac';
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly durationMs: number | undefined;
}

/** Pages without a sound: more than the largest picture in a comment, and a packet that never ends must not grow. */
const MAX_FRUITLESS_BYTES = 16_777_216;

/** One logical stream: its decoder, from the first page to the last. */
export class OggStream {
  readonly #decoder: WasmDecoder;
  readonly #serial: number;
  readonly #faults: SoundFaults;
  #hasEnded = false;
  #fruitlessBytes = 0;

  /** @returns undefined when the page starts something that is not sound we know. */
  static async open(first: OggPage, faults: SoundFaults): Promise<OggStream | undefined> {
    const start = parseOggStart(first.body);
    if (start === undefined) return undefined;
    const stream = new OggStream(await openDecoder(start.codec), first.serial, faults);
    await stream.push(first);
    return stream;
  }

  private constructor(decoder: WasmDecoder, serial: number, faults: SoundFaults) {
    this.#decoder = decoder;
    this.#serial = serial;
    this.#faults = faults;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async push(page: OggPage): Promise<MonoBlock | undefined> {
    if (page.serial !== this.#serial) return undefined;
    const block = await decodeStep(() => this.#decoder.decode(page.bytes), this.#faults);
    this.#fruitlessBytes = block === undefined ? this.#fruitlessBytes + page.bytes.byteLength : 0;
    if (this.#fruitlessBytes > MAX_FRUITLESS_BYTES) {
      this.#faults.damagedParts++;
      this.free();
      return undefined;
    }
    if (!page.isLast) return block;
    return joinBlocks(block, await this.finish());
  }

  /** The decoder holds one page back; this gives it out and frees everything. */
  async finish(): Promise<MonoBlock | undefined> {
    const block = await decodeStep(() => this.#decoder.flush(), this.#faults);
    this.free();
    return block;
  }

  free(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#decoder.free();
  }
}

function joinBlocks(left: MonoBlock | undefined, right: MonoBlock | undefined): MonoBlock | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const samples = new Float32Array(left.samples.length + right.samples.length);
  samples.set(left.samples);
  samples.set(right.samples, left.samples.length);
  return { sampleRateHz: right.sampleRateHz, samples };
}

/** @source RFC 7845 5.1 (Opus), Vorbis I 4.2.2, "Ogg FLAC mapping" 1.0 */
export function parseOggStart(body: Uint8Array): OggStart | undefined {
  const id = String.fromCharCode(...body.subarray(0, 8));
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (id === 'OpusHead' && body.byteLength >= 19) {
    return { codec: 'opus', sampleRateHz: 48_000, channels: view.getUint8(9), durationMs: undefined };
  }
  if (id.startsWith('\x01vorbis') && body.byteLength >= 30) {
    return {
      codec: 'vorbis',
      sampleRateHz: view.getUint32(12, true),
      channels: view.getUint8(11),
      durationMs: undefined,
    };
  }
  if (!id.startsWith('\x7fFLAC') || body.byteLength < 51) return undefined;
  const header = parseStreamInfo(body.subarray(17));
  if (header === undefined) return undefined;
  const { sampleRateHz, channels, totalSamples } = header;
  const durationMs = totalSamples > 0 ? (totalSamples / sampleRateHz) * 1000 : undefined;
  return { codec: 'flac', sampleRateHz, channels, durationMs };
}
