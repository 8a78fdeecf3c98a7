import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of the machine, as far as engines on it look at them; tests give their own. */
export interface SpeechFiles {
  /** Names in a folder, in order; empty when there is none. */
  list(folder: string): readonly string[];
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
  /** The first bytes of a file; empty when it cannot be read. */
  head(path: string, bytes: number): Uint8Array;
  /** A new empty folder that nobody else can read. */
  makeFolder(): Promise<string>;
  /** Undefined: there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  removeFolder(path: string): Promise<void>;
}

export const SYSTEM_FILES: SpeechFiles = {
  list: (folder) => orElse(() => readdirSync(folder).sort(), []),
  isFolder: (path) => orElse(() => statSync(path).isDirectory(), false),
  isFile: (path) => orElse(() => statSync(path).isFile(), false),
  head: (path, bytes) => orElse(() => readFileSync(path).subarray(0, bytes), new Uint8Array(0)),
  makeFolder: () => mkdtemp(join(tmpdir(), 'mmdagent-bridge-')),
  read: (path) => readFile(path).catch(() => undefined),
  removeFolder: (path) => rm(path, { recursive: true, force: true }),
};

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
