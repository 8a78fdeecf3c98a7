/** Cuts a stream of bytes at whole 16-bit samples: a half that a chunk ends with goes in front of the next. */
export class WholeSamples {
  #half: number | undefined;

  /** @param bytes - not kept, not changed. @returns New array of whole samples; may be empty. */
  push(bytes: Uint8Array): Uint8Array {
    const half = this.#half;
    const heldBytes = half === undefined ? 0 : 1;
    const totalBytes = heldBytes + bytes.byteLength;
    const whole = new Uint8Array(totalBytes - (totalBytes % 2));
    if (half !== undefined && whole.byteLength > 0) whole[0] = half;
    whole.set(
      bytes.subarray(0, Math.max(0, whole.byteLength - heldBytes)),
      heldBytes > 0 && whole.byteLength > 0 ? 1 : 0,
    );
    if (totalBytes % 2 === 0) this.#half = undefined;
    else if (bytes.byteLength > 0) this.#half = bytes[bytes.byteLength - 1];
    return whole;
  }

  /** Half a sample is left: what came was cut. */
  get hasHalf(): boolean {
    return this.#half !== undefined;
  }
}
