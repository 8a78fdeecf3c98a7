import { type FileHandle, open } from 'node:fs/promises';
import { BridgeError, isAbortError } from '../runtime/index.js';
import { unreadableSound } from './audio-errors.js';
import { ByteReader } from './byte-reader.js';

/** Where sound comes from: a file path, or bytes that arrive (stdin, an upload). */
export type SoundInput = string | AsyncIterable<Uint8Array>;

const READ_BYTES = 65_536;
/** A reader holds at most three chunks while it joins them (`MAX_PEEK_BYTES`); one more is being filled. */
const RING_BUFFERS = 4;

/**
 * Opens an input for reading once, from its start.
 *
 * The file is closed when the reader is closed or has been read to its end.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_UNREADABLE - from here or from any later read.
 */
export async function openBytes(input: SoundInput, name: string, signal?: AbortSignal): Promise<ByteReader> {
  if (typeof input !== 'string') return new ByteReader(typedErrors(input, name), { signal });
  const { handle, totalBytes } = await openFile(input, name);
  return new ByteReader(typedErrors(fileChunks(handle), name), { signal, totalBytes });
}

/** True when the input can be read twice: a regular file, not a pipe, a device or a stream. */
export async function isRereadable(input: SoundInput, name: string): Promise<boolean> {
  if (typeof input !== 'string') return false;
  const { handle, totalBytes } = await openFile(input, name);
  await handle.close();
  return totalBytes !== undefined;
}

async function openFile(
  path: string,
  name: string,
): Promise<{ handle: FileHandle; totalBytes: number | undefined }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stat = await handle.stat();
    if (stat.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    return { handle, totalBytes: stat.isFile() ? stat.size : undefined };
  } catch (error) {
    await handle?.close();
    throw unreadableSound(name, error);
  }
}

/**
 * The chunks of a file, in a few buffers used in turn: hours of fresh ones would only make garbage.
 *
 * A generator that was never started does not run its `finally`, so the handle is closed by a plain iterator.
 */
function fileChunks(handle: FileHandle): AsyncIterable<Uint8Array> {
  let isOpen = true;
  let turn = 0;
  const ring = Array.from({ length: RING_BUFFERS }, () => new Uint8Array(READ_BYTES));
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    if (isOpen) {
      isOpen = false;
      await handle.close();
    }
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (!isOpen) return { done: true, value: undefined };
    const buffer = ring[turn++ % RING_BUFFERS] ?? new Uint8Array(READ_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES);
    if (bytesRead === 0) return end();
    // Short reads (pipes, the last one) are copied: many of them fit into what the reader may hold.
    return { done: false, value: bytesRead === READ_BYTES ? buffer : buffer.slice(0, bytesRead) };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

function typedErrors(chunks: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const typed = (error: unknown): never => {
    if (error instanceof BridgeError || isAbortError(error)) throw error;
    throw unreadableSound(name, error);
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> =>
    (await iterator.return?.()) ?? { done: true, value: undefined };
  return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next().catch(typed), return: end }) };
}
