import { unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { type OggPage, type OggPiece, oggPages } from './ogg-pages.js';
import { type OggStart, OggStream, parseOggStart } from './ogg-stream.js';
import type { MonoBlock } from './pcm.js';
import { noFaults, type SoundDescription, type SoundFaults, type SoundReader } from './sound-reader.js';

/**
 * Ogg with Vorbis, Opus or FLAC.
 *
 * The first stream that holds one of them is played and streams beside it (video, text) are passed over. Streams
 * one after the other, as Internet radio sends, are played one after the other.
 */
export class OggReader implements SoundReader {
  readonly description: SoundDescription;
  readonly durationMs: number | undefined;
  readonly faults: SoundFaults = noFaults();
  readonly #pieces: AsyncGenerator<OggPiece, void>;
  readonly #firstPage: OggPage;

  /** @param bytes - At the first `OggS`. */
  static async open(bytes: ByteReader, name: string): Promise<OggReader> {
    const pieces = oggPages(bytes);
    const seen: string[] = [];
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      const piece = next.value;
      if (piece.kind !== 'page') continue;
      if (!piece.page.isFirst) break;
      const start = parseOggStart(piece.page.body);
      if (start !== undefined) return new OggReader(pieces, piece.page, start);
      seen.push(readableStart(piece.page.body));
    }
    const detail =
      seen.length > 0 ? `an Ogg file with ${seen.join(', ')}` : 'an Ogg file without a readable start';
    throw unsupportedSound(name, detail);
  }

  private constructor(pieces: AsyncGenerator<OggPiece, void>, firstPage: OggPage, start: OggStart) {
    this.#pieces = pieces;
    this.#firstPage = firstPage;
    const { codec, sampleRateHz, channels } = start;
    this.description = { container: 'ogg', encoding: codec, sampleRateHz, channels };
    this.durationMs = start.durationMs;
  }

  async *blocks(): AsyncGenerator<MonoBlock, void> {
    let stream: OggStream | undefined = await OggStream.open(this.#firstPage, this.faults);
    try {
      for (;;) {
        const next = await this.#pieces.next();
        const piece = next.done === true ? undefined : next.value;
        if (piece?.kind === 'cut') this.faults.truncated = true;
        if (piece?.kind === 'damage') this.faults.damagedParts++;
        if (piece?.kind === 'page' && piece.page.isFirst && stream === undefined) {
          stream = await OggStream.open(piece.page, this.faults);
        } else if (stream !== undefined && (piece === undefined || piece.kind === 'page')) {
          if (piece === undefined) this.faults.truncated = true;
          const block = piece === undefined ? await stream.finish() : await stream.push(piece.page);
          if (stream.hasEnded) stream = undefined;
          if (block !== undefined) yield block;
        }
        if (piece === undefined) break;
      }
    } finally {
      stream?.free();
    }
  }
}

function readableStart(body: Uint8Array): string {
  const text = String.fromCharCode(...body.subarray(0, 8))
    .replace(/[^A-Za-z0-9 ]/g, '')
    .trim();
  return text === '' ? 'an unknown codec' : text;
}
