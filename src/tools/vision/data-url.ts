/** What models look at, by the first bytes. */
const KINDS: readonly (readonly [kind: string, head: RegExp])[] = [
  ['image/png', /^\u0089PNG/],
  ['image/jpeg', /^\u00ff\u00d8\u00ff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];
const DATA_URL = /^data:(image\/(?:png|jpeg|webp|gif));base64,/i;

/** The kind of a picture by its bytes; undefined: none that models take. */
export function pictureKind(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return KINDS.find(([, head]) => head.test(start))?.[0];
}

export function dataUrl(bytes: Uint8Array, kind: string): string {
  return `data:${kind};base64,${Buffer.from(bytes).toString('base64')}`;
}

/**
 * What is wrong with a picture that somebody else gave, ends the sentence "expected …, got"; undefined: nothing.
 *
 * @param maxBytes - of the picture itself, not of its letters.
 */
export function pictureProblem(url: string, maxBytes: number): string | undefined {
  if (/^https?:\/\//i.test(url))
    return url.length <= 8192 && URL.canParse(url) ? undefined : 'an address that is none';
  const head = DATA_URL.exec(url.slice(0, 40))?.[0];
  if (head === undefined) return `something that begins with ${JSON.stringify(url.slice(0, 20))}`;
  const bytes = Math.floor(((url.length - head.length) * 3) / 4);
  if (bytes > maxBytes) return `${bytes} bytes`;
  if (bytes === 0) return 'an empty picture';
  return pictureKind(Buffer.from(url.slice(head.length, head.length + 32), 'base64')) === undefined
    ? 'bytes that are no picture'
    : undefined;
}

/** Width and height of a PNG or JPEG, from its head; undefined where they do not stand in it. */
export function pictureSize(
  bytes: Uint8Array,
): { readonly width: number; readonly height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = pictureKind(bytes);
  if (kind === 'image/png' && bytes.byteLength >= 24)
    return { width: view.getUint32(16), height: view.getUint32(20) };
  return kind === 'image/jpeg' ? jpegSize(view) : undefined;
}

/** Walks the segments to the frame header: SOF0 to SOF15 without the three that are something else. */
function jpegSize(view: DataView): { readonly width: number; readonly height: number } | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
