const RIFF = Buffer.from('RIFF');
/** A header longer than this is none. */
const MAX_HEADER_BYTES = 4096;

/**
 * Takes the WAV header off a stream that may have one, whatever its pieces.
 *
 * Everything up to and with the head of the `data` chunk goes; sound that does not begin with `RIFF` stays as it is.
 */
export class WavHeaderStripper {
  #head: Buffer | undefined = Buffer.alloc(0);

  /** @returns What of the piece, and of those held back before it, is sound; may be empty. */
  push(bytes: Buffer): Buffer {
    if (this.#head === undefined) return bytes;
    const head = this.#head.byteLength === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    const compared = Math.min(head.byteLength, RIFF.byteLength);
    const isRiff = head.subarray(0, compared).equals(RIFF.subarray(0, compared));
    const soundAt = isRiff ? dataStart(head) : 0;
    if (soundAt === undefined && head.byteLength < MAX_HEADER_BYTES) {
      this.#head = head;
      return head.subarray(0, 0);
    }
    this.#head = undefined;
    return head.subarray(soundAt ?? 0);
  }
}

/** Where the bytes of the `data` chunk begin; undefined: not within these bytes. */
function dataStart(head: Buffer): number | undefined {
  let at = 12;
  while (at + 8 <= head.byteLength) {
    if (head.toString('latin1', at, at + 4) === 'data') return at + 8;
    const chunkBytes = head.readUInt32LE(at + 4);
    at += 8 + chunkBytes + (chunkBytes % 2);
  }
  return undefined;
}
