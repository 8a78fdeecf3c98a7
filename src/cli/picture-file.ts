import { readFile, stat } from 'node:fs/promises';
import { DeviceError, errorText } from '../runtime/index.js';

/** What models take at most, with some room for what base64 adds. */
const MAX_BYTES = 10 * 1024 * 1024;

const KINDS: readonly (readonly [mediaType: string, magic: RegExp])[] = [
  ['image/png', /^\u0089PNG/],
  ['image/jpeg', /^\u00ff\u00d8\u00ff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

/** A picture file as a `data:` URL. @throws {DeviceError} BRIDGE_ERR_VISION */
export async function pictureOf(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  const head = bytes.subarray(0, 12).toString('latin1');
  const kind = KINDS.find(([, magic]) => magic.test(head));
  if (kind === undefined)
    throw new DeviceError('BRIDGE_ERR_VISION', `Expected a PNG, JPEG, GIF or WebP picture, got ${path}`);
  return `data:${kind[0]};base64,${bytes.toString('base64')}`;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, the most is ${MAX_BYTES}`);
    return await readFile(path);
  } catch (error) {
    throw new DeviceError(
      'BRIDGE_ERR_VISION',
      `Expected a readable picture, got ${path}: ${errorText(error)}`,
    );
  }
}
