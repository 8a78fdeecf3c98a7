import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import type { LinkSpec } from '../config/index.js';
import { errorText, RequestError } from '../runtime/index.js';
import type { MdfOptions } from './mdf-lines.js';
import { type MdfChange, patchMdf } from './patch-mdf.js';

/** What `patchMdfFile` did. */
export interface MdfFilePatch {
  readonly changes: readonly MdfChange[];
  /** The copy of the file as it was before the bridge first touched it; undefined when nothing changed. */
  readonly backupPath: string | undefined;
}

/**
 * Reads an .mdf.
 *
 * @throws {RequestError} BRIDGE_ERR_MDF — not there, or not readable.
 */
export async function readMdfFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw mdfError(`${path} could not be read`, error);
  }
}

/**
 * Patches an .mdf in place; the first time a copy is kept as `<file>.bak`, which later runs leave alone.
 *
 * @throws {RequestError} BRIDGE_ERR_MDF — the file could not be read or written; it is then as it was.
 * @throws {ConfigError} as `patchMdf`.
 */
export async function patchMdfFile(
  path: string,
  link: LinkSpec,
  options: MdfOptions = {},
): Promise<MdfFilePatch> {
  const { bytes, changes } = patchMdf(await readMdfFile(path), link, options);
  if (changes.length === 0) return { changes, backupPath: undefined };
  const backupPath = `${path}.bak`;
  try {
    await copyFile(path, backupPath, constants.COPYFILE_EXCL);
  } catch (error) {
    if (!isAlreadyThere(error)) throw mdfError(`${backupPath} could not be written`, error);
  }
  await writeMdfFile(path, bytes);
  return { changes, backupPath };
}

/**
 * Writes an .mdf whole or not at all, also when the machine stops half-way; makes the file if need be.
 *
 * Follows a symbolic link and keeps the file's permissions.
 *
 * @throws {RequestError} BRIDGE_ERR_MDF
 */
export async function writeMdfFile(path: string, bytes: Uint8Array): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path).catch(() => path);
    const mode = await stat(target).then(
      (status) => status.mode & 0o777,
      () => 0o644,
    );
    temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    throw mdfError(`${path} could not be written`, error);
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function mdfError(what: string, cause: unknown): RequestError {
  return new RequestError(
    'BRIDGE_ERR_MDF',
    `${what}: ${errorText(cause)}. Check the path and its permissions.`,
    {
      cause,
    },
  );
}
