import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BridgeError, errorText } from '../runtime/index.js';
import { isKeyName, type KeyEntry } from './access-key.js';
import { isRole } from './caller.js';

/** What tells one version of a file from the next; undefined: there is no file. */
export interface KeyFile {
  readonly entries: readonly KeyEntry[];
  readonly stamp: string | undefined;
}

const VERSION = 1;
const MAX_FILE_BYTES = 4_000_000;

/**
 * Reads the file of keys: JSON, `{"version": 1, "keys": [{name, role, hint, salt, hash, createdAt, note?}]}`.
 *
 * @param platform - on Windows the mode of a file says nothing about who may read it, and is not looked at.
 * @returns No entries when there is no file.
 * @throws {BridgeError} BRIDGE_ERR_KEYS - unreadable, damaged, or readable by others than its owner.
 */
export async function readKeyFile(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<KeyFile> {
  let text: string;
  let stamp: string;
  try {
    const file = await open(path, 'r');
    try {
      const { mode, mtimeMs, size, ino } = await file.stat();
      if (platform !== 'win32' && (mode & 0o077) !== 0) throw tooOpen(path, mode);
      if (size > MAX_FILE_BYTES) throw damaged(path, `no more than ${MAX_FILE_BYTES} bytes`);
      stamp = `${mtimeMs} ${size} ${ino}`;
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], stamp: undefined };
    throw new BridgeError(
      'BRIDGE_ERR_KEYS',
      `Expected to read the keys in ${path}: ${errorText(error)}; check who owns it`,
      { cause: error },
    );
  }
  return { entries: entriesOf(text, path), stamp };
}

/**
 * Replaces the file whole: whoever reads it sees the old or the new one. It is its owner's alone (mode 0600), and so is a folder that
 * had to be made.
 *
 * @throws {BridgeError} BRIDGE_ERR_KEYS
 */
export async function writeKeyFile(path: string, entries: readonly KeyEntry[]): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: VERSION, keys: entries }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => {});
    throw new BridgeError('BRIDGE_ERR_KEYS', `Expected to write the keys to ${path}: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** Nothing of the file is told: it may be the wrong file, with secrets in it. */
function entriesOf(text: string, path: string): readonly KeyEntry[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw damaged(path, 'JSON');
  }
  const { version, keys } = Object(content) as { version?: unknown; keys?: unknown };
  if (version !== VERSION || !Array.isArray(keys))
    throw damaged(path, `version ${VERSION} with a list of keys`);
  const wrong = keys.findIndex((entry) => !isEntry(entry));
  if (wrong >= 0) throw damaged(path, `name, role, hint, salt and hash in key ${wrong + 1}`);
  const entries = keys as readonly KeyEntry[];
  if (new Set(entries.map(({ name }) => name)).size !== entries.length)
    throw damaged(path, 'every name only once');
  return entries;
}

function isEntry(value: unknown): value is KeyEntry {
  const entry = Object(value) as Record<string, unknown>;
  const isText = (name: string, pattern: RegExp): boolean => {
    const text = entry[name];
    return typeof text === 'string' && pattern.test(text);
  };
  return (
    typeof entry['name'] === 'string' &&
    isKeyName(entry['name']) &&
    typeof entry['role'] === 'string' &&
    isRole(entry['role']) &&
    isText('hint', /^[A-Za-z0-9_-]{6}$/) &&
    isText('salt', /^[A-Za-z0-9_-]{22}$/) &&
    isText('hash', /^[A-Za-z0-9_-]{43}$/) &&
    isText('createdAt', /^[\d:.TZ-]{10,30}$/) &&
    (entry['note'] === undefined || isText('note', /^[^\p{Cc}]{0,200}$/u))
  );
}

function damaged(path: string, expected: string): BridgeError {
  return new BridgeError(
    'BRIDGE_ERR_KEYS',
    `Expected ${expected} in the file of keys ${path}; it is damaged or another file. Keys cannot be got back: remove it and give out new ones with \`mmdagent-bridge keys add NAME\``,
  );
}

function tooOpen(path: string, mode: number): BridgeError {
  return new BridgeError(
    'BRIDGE_ERR_KEYS',
    `Expected the file of keys to be its owner's alone, but others may use it too (mode ${(mode & 0o777).toString(8)}): chmod 600 '${path.replaceAll("'", "'\\''")}'`,
  );
}
