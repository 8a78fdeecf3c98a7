declare const encoded: unique symbol;

/**
 * Bytes that MMDAgent-EX can take: made only by this room's encoders, never by hand.
 *
 * Links accept nothing else, so that a byte sequence which ends or wedges the peer cannot be expressed above
 * them. A frame is one whole unit: a sound chunk, a mode verb, or a line with its newline.
 */
export type WireFrame = Uint8Array & { readonly [encoded]: true };

/** @internal Only the encoders of protocol/ call this. */
export function asWireFrame(bytes: Uint8Array): WireFrame {
  return bytes as WireFrame;
}
