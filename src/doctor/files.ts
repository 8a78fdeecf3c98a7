import { open, readdir, readlink, stat } from 'node:fs/promises';

export interface FileStatus {
  readonly isFile: boolean;
  readonly isFolder: boolean;
  /** Permission bits; of no meaning on Windows. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Wall clock. */
  readonly modifiedAtMs: number;
}

/** The file system as the doctor looks at it, reading only. What is not there or not allowed is undefined, never an error. */
export interface DoctorFiles {
  /** From the beginning; also of files that tell no size, such as those of /proc. Longer ones are cut. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** The last bytes. */
  readEnd(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<readonly string[] | undefined>;
  status(path: string): Promise<FileStatus | undefined>;
  /** What a symbolic link says. */
  linkTarget(path: string): Promise<string | undefined>;
}

const BLOCK_BYTES = 65_536;

/** The real file system. */
export const SYSTEM_FILES: DoctorFiles = {
  read: (path, maxBytes) => quietly(() => readPart(path, 0, maxBytes)),
  readEnd: (path, maxBytes) =>
    quietly(async () => readPart(path, Math.max(0, (await stat(path)).size - maxBytes), maxBytes)),
  list: (path) => quietly(async () => (await readdir(path)).sort()),
  status: (path) =>
    quietly(async () => {
      const found = await stat(path);
      return {
        isFile: found.isFile(),
        isFolder: found.isDirectory(),
        mode: found.mode & 0o777,
        sizeBytes: found.size,
        modifiedAtMs: found.mtimeMs,
      };
    }),
  linkTarget: (path) => quietly(() => readlink(path)),
};

async function readPart(path: string, fromBytes: number, maxBytes: number): Promise<Uint8Array> {
  // A pipe would be waited for without end.
  const { size, ...status } = await stat(path).then((found) => ({
    size: found.size,
    isFile: found.isFile(),
  }));
  if (!status.isFile) throw new TypeError(`${path} is not a file`);
  const file = await open(path);
  try {
    const parts: Buffer[] = [];
    let length = 0;
    while (length < maxBytes) {
      const wanted = Math.min(maxBytes - length, Math.max(size, BLOCK_BYTES));
      const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, fromBytes + length);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return new Uint8Array(Buffer.concat(parts));
  } finally {
    await file.close();
  }
}

async function quietly<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
