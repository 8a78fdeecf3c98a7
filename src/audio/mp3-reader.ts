import { unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { decodeStep } from './decode-step.js';
import { type Mp3FrameHeader, mp3Frames, parseMp3Header } from './mp3-frames.js';
import type { MonoBlock } from './pcm.js';
import { noFaults, type SoundDescription, type SoundFaults, type SoundReader } from './sound-reader.js';
import { openDecoder } from './wasm-decoders.js';

/**
 * MPEG-1/2/2.5 audio, layers I to III.
 *
 * Gapless: with a LAME/Xing tag in the first frame the decoder removes the encoder's delay and padding, so the
 * sound is as long as the one that was encoded; without the tag about 50 ms of silence stay in front.
 */
export class Mp3Reader implements SoundReader {
  readonly description: SoundDescription;
  readonly durationMs: number | undefined;
  readonly faults: SoundFaults = noFaults();
  readonly #bytes: ByteReader;

  /** @param bytes - At the first frame. */
  static async open(bytes: ByteReader, name: string): Promise<Mp3Reader> {
    const header = parseMp3Header(await bytes.peek(4));
    if (header === undefined) throw unsupportedSound(name, 'no MP3 frame where one should begin');
    return new Mp3Reader(bytes, header, await bytes.peek(header.frameBytes));
  }

  private constructor(bytes: ByteReader, header: Mp3FrameHeader, firstFrame: Uint8Array) {
    this.#bytes = bytes;
    const { sampleRateHz, channels, layer } = header;
    this.description = { container: 'mp3', encoding: `mp${layer}`, sampleRateHz, channels };
    this.durationMs = taggedDurationMs(header, firstFrame);
  }

  async *blocks(): AsyncGenerator<MonoBlock, void> {
    const decoder = await openDecoder('mp3');
    let madeSamples = 0;
    try {
      for await (const piece of mp3Frames(this.#bytes)) {
        if (piece.kind === 'cut') this.faults.truncated = true;
        if (piece.kind === 'damage') this.faults.damagedParts++;
        if (piece.kind !== 'frame') continue;
        const block = await decodeStep(() => decoder.decode(piece.bytes), this.faults);
        if (block === undefined) continue;
        madeSamples += block.samples.length;
        yield block;
      }
    } finally {
      decoder.free();
    }
    const taggedSamples = ((this.durationMs ?? 0) / 1000) * this.description.sampleRateHz;
    if (madeSamples + MAX_FRAME_SAMPLES < taggedSamples) this.faults.truncated = true;
  }
}

const TAG_BYTES_TO_DELAY = 141;
const MAX_FRAME_SAMPLES = 1_152;

/** Length from a Xing/Info tag, less the encoder's delay and padding where LAME wrote them. */
function taggedDurationMs(header: Mp3FrameHeader, frame: Uint8Array): number | undefined {
  if (header.layer !== 3) return undefined;
  const sideBytes = header.version === 1 ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17;
  const tag = frame.subarray(4 + sideBytes);
  const id = String.fromCharCode(...tag.subarray(0, 4));
  if ((id !== 'Xing' && id !== 'Info') || tag.byteLength < 12) return undefined;
  const flags = tag[7] ?? 0;
  if ((flags & 1) === 0) return undefined;
  const frameCount = new DataView(tag.buffer, tag.byteOffset, tag.byteLength).getUint32(8);
  const [high = 0, middle = 0, low = 0] = tag.subarray(TAG_BYTES_TO_DELAY, TAG_BYTES_TO_DELAY + 3);
  const extraSamples = flags === 0x0f ? ((high << 4) | (middle >> 4)) + (((middle & 0x0f) << 8) | low) : 0;
  return (Math.max(0, frameCount * header.samplesPerFrame - extraSamples) / header.sampleRateHz) * 1000;
}
