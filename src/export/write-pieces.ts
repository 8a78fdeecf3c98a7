import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { BridgeError, errorText, isAbortError, RequestError } from '../runtime/index.js';

/** Pieces are a line or so: as many go to the disk at once. */
const WRITE_BYTES = 65_536;

/**
 * Writes a file from its pieces as they come. The file is there, under its name, only when it is whole: one that was there is
 * kept until then. Pipes and devices are written to as they are.
 *
 * @throws {RequestError} BRIDGE_ERR_FILE_WRITE; what the pieces throw; the signal's reason.
 */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const isReplaceable = await stat(target).then(
    (found) => found.isFile(),
    () => true,
  );
  const written = isReplaceable ? `${target}.part` : target;
  try {
    const file = await open(written, 'w');
    try {
      for await (const bytes of blocks(pieces, signal)) await writeAll(file, bytes);
    } finally {
      await file.close();
    }
    if (isReplaceable) await rename(written, target);
  } catch (error) {
    if (isReplaceable) await rm(written, { force: true }).catch(() => {});
    if (error instanceof BridgeError || isAbortError(error)) throw error;
    const advice = 'Check that the folder exists, may be written to and has free space';
    throw new RequestError('BRIDGE_ERR_FILE_WRITE', `${path}: ${errorText(error)}. ${advice}`, {
      cause: error,
    });
  }
}

/** Pieces joined to blocks that are worth a write. */
export async function* blocks(
  pieces: AsyncIterable<string | Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    // The piece may be written again by whoever gave it.
    const bytes = Buffer.from(piece as string);
    waiting.push(bytes);
    waitingBytes += bytes.byteLength;
    if (waitingBytes < WRITE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}
