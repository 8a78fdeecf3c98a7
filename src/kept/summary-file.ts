import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from './absent.js';
import { parsed, type SessionTally, sessionAbout, tallied } from './session-line.js';
import type { StoredSummary } from './session-store.js';

/** What was counted of a session's file, up to the end of a line. */
interface Counted extends SessionTally {
  readonly untilBytes: number;
  /** When the file was last written to. */
  readonly mtimeMs: number;
  /** Of the last bytes before `untilBytes`: whether it is still the same file that grew. */
  readonly check: string;
}

const NAME = 'summary.json';
const VERSION = 1;
const CHECKED_BYTES = 64;
const LINE_END = 0x0a;

/**
 * What a list shows of a session, without reading the whole of its file: what was counted before is kept beside it, and only what was
 * appended since is read. A line that a crash cut off is read again each time; a file that was changed otherwise is read whole.
 *
 * Nothing but a file that cannot be read is an error: where the count cannot be kept, it is made again the next time.
 *
 * @returns undefined: there is no such file, or nothing to be read in it.
 */
export async function summarized(folder: string, name: string): Promise<StoredSummary | undefined> {
  const path = join(folder, name);
  const now = await stat(path).catch(absent);
  if (now === undefined) return undefined;
  const known = countedIn(await readFile(join(folder, NAME), 'utf8').catch(() => ''));
  if (known !== undefined && known.untilBytes === now.size && known.mtimeMs === now.mtimeMs)
    return { ...tallyOf(known), bytes: now.size };
  const file = await open(path).catch(absent);
  if (file === undefined) return undefined;
  try {
    return await counted(file, known, (count) => kept(join(folder, NAME), count));
  } finally {
    await file.close();
  }
}

async function counted(
  file: FileHandle,
  known: Counted | undefined,
  keep: (count: Counted) => Promise<void>,
): Promise<StoredSummary | undefined> {
  const { mtimeMs, size } = await file.stat();
  const isGrown =
    known !== undefined &&
    known.untilBytes <= size &&
    (await checked(file, known.untilBytes)) === known.check;
  const before = isGrown ? known : undefined;
  const fromBytes = before?.untilBytes ?? 0;
  const added = await bytesOf(file, fromBytes, size);
  const wholeBytes = added.lastIndexOf(LINE_END) + 1;
  const lines = tallied(added.toString('utf8', 0, wholeBytes), before);
  const untilBytes = fromBytes + wholeBytes;
  if (lines !== undefined)
    await keep({ ...tallyOf(lines), untilBytes, mtimeMs, check: await checked(file, untilBytes) });
  const all = tallied(added.toString('utf8', wholeBytes), lines);
  return all === undefined ? undefined : { ...tallyOf(all), bytes: fromBytes + added.byteLength };
}

/** Written in one go; one that was cut off is no JSON, and counts as none. */
async function kept(path: string, count: Counted): Promise<void> {
  await writeFile(path, JSON.stringify({ version: VERSION, ...count }), { mode: 0o600 }).catch(() => {});
}

function countedIn(json: string): Counted | undefined {
  const value = parsed(json) as Partial<Record<keyof Counted | 'version', unknown>> | undefined | null;
  if (value?.version !== VERSION) return undefined;
  const { startedAtMs, lastAtMs, turns, untilBytes, mtimeMs, check } = value;
  const numbers = [startedAtMs, lastAtMs, turns, untilBytes, mtimeMs];
  if (!numbers.every((one) => typeof one === 'number') || typeof check !== 'string') return undefined;
  return { ...(value as unknown as Counted), about: sessionAbout(value.about) };
}

function tallyOf({ about, startedAtMs, lastAtMs, turns }: SessionTally): SessionTally {
  return { about, startedAtMs, lastAtMs, turns };
}

async function checked(file: FileHandle, untilBytes: number): Promise<string> {
  const bytes = await bytesOf(file, Math.max(0, untilBytes - CHECKED_BYTES), untilBytes);
  return createHash('sha256').update(bytes).digest('hex');
}

async function bytesOf(file: FileHandle, fromBytes: number, untilBytes: number): Promise<Buffer> {
  const bytes = Buffer.alloc(untilBytes - fromBytes);
  let read = 0;
  while (read < bytes.byteLength) {
    const { bytesRead } = await file.read(bytes, read, bytes.byteLength - read, fromBytes + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
