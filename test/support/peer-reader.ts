/** What Plugin_Remote makes of the bytes of one connection. */
export type PeerRead =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'avatar'; readonly text: string }
  | { readonly kind: 'verb'; readonly name: string }
  | { readonly kind: 'sound'; readonly byteLength: number }
  /** It would crash, wedge, or misread from here on. */
  | { readonly kind: 'harm'; readonly what: string };

/**
 * Reads bytes by the measured behaviour of Plugin_Remote's parser (peer facts, "Parser hazards"): written from the
 * facts alone, shares nothing with src/protocol, so that both cannot be wrong in the same way.
 */
export function readAsPeer(writes: readonly Uint8Array[]): { reads: PeerRead[]; leftBytes: number } {
  const reads: PeerRead[] = [];
  const harm = (what: string) => ({ reads: [...reads, { kind: 'harm' as const, what }], leftBytes: -1 });
  let buffer: number[] = [];
  for (const write of writes) {
    if (write.length === 0) return harm('an empty write is taken as disconnect');
    if (write.length > 8191) return harm('a write that overflows the receive buffer');
    buffer.push(...write);
    if (buffer.length > 8191) return harm('more than 8191 bytes pending');
    for (;;) {
      if (buffer.length === 0) break;
      if (buffer[0] === 0x53) {
        if (buffer.length < 7) break;
        const head = String.fromCharCode(...buffer.slice(0, 7));
        if (head.startsWith('SND')) {
          const tail = head.slice(3);
          if (['STRM', 'FILE', 'BRKS'].includes(tail)) {
            reads.push({ kind: 'verb', name: tail });
            buffer = buffer.slice(7);
            continue;
          }
          if (!/^[0-9]{4}$/.test(tail)) return harm(`the header ${head}`);
          const size = Number(tail);
          if (size === 0) return harm('an empty chunk');
          if (size % 2 === 1) return harm('an odd chunk');
          if (buffer.length < 7 + size) break;
          reads.push({ kind: 'sound', byteLength: size });
          buffer = buffer.slice(7 + size);
          continue;
        }
      }
      if (buffer[0] === 0x0a) return harm('a leading newline');
      const end = buffer.indexOf(0x0a);
      const line = end === -1 ? buffer : buffer.slice(0, end);
      if (line.some((byte) => byte === 0 || byte === 0x0d || byte >= 0xf8)) return harm('a byte that wedges');
      if (line.length >= 2047) return harm('a line whose echo is cut');
      if (end === -1) break;
      let text: string;
      try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(line));
      } catch {
        return harm('invalid UTF-8 swallows the newline');
      }
      reads.push({ kind: text.startsWith('__AV') ? 'avatar' : 'message', text });
      buffer = buffer.slice(end + 1);
    }
  }
  return { reads, leftBytes: buffer.length };
}
