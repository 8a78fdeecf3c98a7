/** Cuts a stream of bytes at whole 16-bit samples: a half that a piece ends with goes in front of the next. */
export class WholeSamples {
  #half: Uint8Array = new Uint8Array(0);

  /** @returns New array, or `bytes` itself; may be empty. */
  push(bytes: Uint8Array): Uint8Array {
    const half = this.#half;
    if (half.byteLength === 0 && bytes.byteLength % 2 === 0) return bytes;
    const joined = new Uint8Array(half.byteLength + bytes.byteLength);
    joined.set(half);
    joined.set(bytes, half.byteLength);
    const wholeBytes = joined.byteLength - (joined.byteLength % 2);
    this.#half = joined.slice(wholeBytes);
    return joined.subarray(0, wholeBytes);
  }
}
