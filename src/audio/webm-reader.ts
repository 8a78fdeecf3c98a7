import { unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { decodeStep } from './decode-step.js';
import { OggPacketPages } from './ogg-packet-pages.js';
import type { MonoBlock } from './pcm.js';
import { noFaults, type SoundDescription, type SoundFaults, type SoundReader } from './sound-reader.js';
import { openDecoder } from './wasm-decoders.js';
import {
  childrenOf,
  lengthOf,
  numberIn,
  TRACK_ENTRY,
  type WebmElement,
  webmElements,
} from './webm-elements.js';

const OPUS_RATE_HZ = 48_000;
const CODEC_ID = 0x86;
const CODEC_PRIVATE = 0x63a2;
const TRACK_NUMBER = 0xd7;
const LACING = 0x06;

/**
 * WebM with Opus: what MediaRecorder of Chromium, Firefox and newer Safari gives.
 *
 * The first track of Opus is played; others, such as video, are passed over. Its packets are handed to the decoder of Ogg Opus in
 * pages made for them, so that there is one decoder for both.
 */
export class WebmReader implements SoundReader {
  readonly description: SoundDescription;
  readonly durationMs: number | undefined = undefined;
  readonly faults: SoundFaults;
  readonly #elements: AsyncGenerator<WebmElement, void>;
  readonly #track: number;
  readonly #head: Uint8Array;

  /** @param bytes - At the EBML header. @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT - no Opus in it. */
  static async open(bytes: ByteReader, name: string): Promise<WebmReader> {
    const faults = noFaults();
    const elements = webmElements(bytes, (fault) => {
      if (fault === 'truncated') faults.truncated = true;
      else faults.damagedParts++;
    });
    const seen: string[] = [];
    for (let next = await elements.next(); next.done !== true; next = await elements.next()) {
      if (next.value.id !== TRACK_ENTRY) continue;
      const track = childrenOf(next.value.body);
      const codec = latin1(track.get(CODEC_ID));
      const head = track.get(CODEC_PRIVATE);
      const isOpus = codec === 'A_OPUS' && head !== undefined && latin1(head).startsWith('OpusHead');
      if (isOpus) return new WebmReader({ elements, faults, track, head: head.slice() });
      seen.push(codec.replace(/[^\w/]/g, ''));
    }
    const what =
      seen.length === 0
        ? 'a WebM/Matroska file without a track'
        : `a WebM/Matroska file with ${seen.join(', ')}`;
    throw unsupportedSound(name, what.slice(0, 100));
  }

  private constructor(parts: {
    elements: AsyncGenerator<WebmElement, void>;
    faults: SoundFaults;
    track: ReadonlyMap<number, Uint8Array>;
    head: Uint8Array;
  }) {
    this.#elements = parts.elements;
    this.faults = parts.faults;
    this.#head = parts.head;
    this.#track = numberIn(parts.track.get(TRACK_NUMBER) ?? new Uint8Array([1]), false);
    this.description = {
      container: 'webm',
      encoding: 'opus',
      sampleRateHz: OPUS_RATE_HZ,
      channels: parts.head[9] ?? 1,
    };
  }

  async *blocks(): AsyncGenerator<MonoBlock, void> {
    const decoder = await openDecoder('opus');
    const pages = new OggPacketPages();
    const step = (bytes: Uint8Array): Promise<MonoBlock | undefined> =>
      decodeStep(() => decoder.decode(bytes), this.faults);
    try {
      await step(pages.begin(this.#head));
      for (let next = await this.#elements.next(); next.done !== true; next = await this.#elements.next()) {
        const packet = this.#packetIn(next.value);
        if (packet === undefined) continue;
        const block = await step(pages.next(packet));
        if (block !== undefined) yield block;
      }
      const last = await decodeStep(() => decoder.flush(), this.faults);
      if (last !== undefined) yield last;
    } finally {
      decoder.free();
    }
  }

  /** @returns undefined for a block of another track, and for several packets in one, which no recorder of a browser writes. */
  #packetIn({ id, body }: WebmElement): Uint8Array | undefined {
    if (id === TRACK_ENTRY) return undefined;
    const numberBytes = lengthOf(body[0] ?? 0);
    const packet = body.subarray(numberBytes + 3);
    if (numberIn(body.subarray(0, numberBytes), true) !== this.#track) return undefined;
    if (((body[numberBytes + 2] ?? 0) & LACING) === 0 && packet.byteLength > 0) return packet;
    this.faults.damagedParts++;
    return undefined;
  }
}

function latin1(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []).slice(0, 64));
}
