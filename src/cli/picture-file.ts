import { readFile, stat } from 'node:fs/promises';
import { DeviceError, errorText } from '../runtime/index.js';
import { dataUrl, pictureKind } from '../tools/index.js';

/** What models take at most, with some room for what base64 adds. */
const MAX_BYTES = 10 * 1024 * 1024;

/** A picture file as a `data:` URL. @throws {DeviceError} BRIDGE_ERR_VISION */
export async function pictureOf(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  const kind = pictureKind(bytes);
  if (kind === undefined)
    throw new DeviceError('BRIDGE_ERR_VISION', `Expected a PNG, JPEG, GIF or WebP picture, got ${path}`);
  return dataUrl(bytes, kind);
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
