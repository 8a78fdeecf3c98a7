import type { ByteReader } from './byte-reader.js';

/** One element of a WebM file that holds something for us. */
export interface WebmElement {
  readonly id: number;
  /** Valid until the next one is asked for. */
  readonly body: Uint8Array;
}

/** Elements of which we look at the children. @source RFC 9559 (Matroska), section 5.1 */
const PARENTS = new Set([
  0x1853_8067, // Segment
  0x1654_ae6b, // Tracks
  0x1f43_b675, // Cluster
  0xa0, // BlockGroup
]);
/** Elements that we read: TrackEntry, SimpleBlock, Block. */
const WANTED = new Set([0xae, 0xa3, 0xa1]);
/** The largest packet of Opus, and the largest head of a track, are far smaller. */
const MAX_BODY_BYTES = 65_536;

export const TRACK_ENTRY = 0xae;

/**
 * The track entries and blocks of a WebM file, front to back.
 *
 * Recorders of browsers write while they record: the sizes of Segment and Cluster are then unknown, so these are stepped into and never
 * skipped, and where one ends does not matter. Everything else is skipped by its size.
 *
 * @param onFault - told of an element that is too large to be one of ours, and of a file that ends in the middle of one.
 * @source RFC 8794 (EBML), sections 4 to 6.2
 */
export async function* webmElements(
  bytes: ByteReader,
  onFault: (fault: 'damaged' | 'truncated') => void,
): AsyncGenerator<WebmElement, void> {
  for (;;) {
    const head = await bytes.peek(12);
    if (head.byteLength === 0) return;
    const idBytes = lengthOf(head[0] ?? 0);
    const sizeBytes = lengthOf(head[idBytes] ?? 0);
    if (idBytes > 4 || sizeBytes > 8) return onFault('damaged');
    if (head.byteLength < idBytes + sizeBytes) return onFault('truncated');
    const id = numberIn(head.subarray(0, idBytes), false);
    const size = numberIn(head.subarray(idBytes, idBytes + sizeBytes), true);
    await bytes.skip(idBytes + sizeBytes);
    if (PARENTS.has(id)) continue;
    if (size > MAX_BODY_BYTES || !WANTED.has(id)) {
      if (WANTED.has(id)) onFault('damaged');
      // One whose end is not told would be anything up to the end.
      if (!Number.isFinite(size)) return onFault('damaged');
      if ((await bytes.skip(size)) < size) return onFault('truncated');
      continue;
    }
    const body = await bytes.read(size);
    if (body.byteLength < size) return onFault('truncated');
    yield { id, body };
  }
}

/** The children of an element that is here as a whole, by id; of several with one id the last. Ends where it makes no sense. */
export function childrenOf(body: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const children = new Map<number, Uint8Array>();
  let at = 0;
  while (at < body.byteLength) {
    const idBytes = lengthOf(body[at] ?? 0);
    const sizeBytes = lengthOf(body[at + idBytes] ?? 0);
    const from = at + idBytes + sizeBytes;
    if (idBytes > 4 || sizeBytes > 8 || from > body.byteLength) break;
    const size = numberIn(body.subarray(at + idBytes, from), true);
    children.set(numberIn(body.subarray(at, at + idBytes), false), body.subarray(from, from + size));
    at = from + size;
  }
  return children;
}

/** A number of variable length. @returns Infinity for an unknown size. */
export function numberIn(bytes: Uint8Array, isSize: boolean): number {
  const [first = 0, ...rest] = bytes;
  const mark = isSize ? 0x80 >> (bytes.byteLength - 1) : 0;
  if (isSize && first === (mark << 1) - 1 && rest.every((byte) => byte === 0xff))
    return Number.POSITIVE_INFINITY;
  return rest.reduce((value, byte) => value * 256 + byte, first - mark);
}

/** How many bytes a number of variable length takes, by its first; 9 for one that begins none. */
export function lengthOf(first: number): number {
  return Math.clz32(first & 0xff) - 23;
}
