/** Arguments of one call; browsers bear some ten thousand. */
const STEP_BYTES = 8190;

/** @param pieces - bytes, in order. */
export function toBase64(pieces: readonly Uint8Array[]): string {
  let binary = '';
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += STEP_BYTES)
      binary += String.fromCharCode(...piece.subarray(at, at + STEP_BYTES));
  return btoa(binary);
}

/** @throws DOMException - it is no base64. */
export function fromBase64(letters: string): Uint8Array<ArrayBuffer> {
  const binary = atob(letters);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
