import { createHash } from 'node:crypto';
import { appendFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Logger, orAborted, SILENT_LOGGER } from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import type { LongTermMemory, Memory, RememberedTurn } from './long-term-memory.js';
import { memoryFault } from './memory-fault.js';
import { MemoryIndex } from './memory-index.js';
import { memoryLine, readMemoryLines } from './memory-lines.js';

export interface FileMemoryOptions {
  /** Made when it is not there. One file for each user, readable by the owner alone. */
  readonly folder: string;
  /** The oldest beyond it are forgotten. @default 5000 */
  readonly maxTurns?: number;
}

export interface FileMemoryPorts {
  readonly clock: Clock;
  readonly log?: Logger;
}

const DEFAULT_TURNS = 5000;
/** So much over the limit before the file is written anew. */
const SLACK = 0.1;
/** Users whose memories are held for searching; the longest unused are let go. */
const MAX_LOADED = 32;
/** Files that somebody else made larger are read no further: 64 MiB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const DEFAULT_LIMIT = 5;
const MAX_LIMIT = 50;

interface Loaded {
  readonly index: MemoryIndex;
  /** Of the file when it was read or written last: another program may add to it. */
  bytes: number;
}

/** Memories on this machine: JSON Lines on disk, searched by words (pairs of characters in Japanese). Nothing leaves it. */
export class FileMemory implements LongTermMemory {
  readonly #folder: string;
  readonly #maxTurns: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #loaded = new Map<string, Loaded>();
  /** Work on one user's file goes one after the other. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(options: FileMemoryOptions, { clock, log = SILENT_LOGGER }: FileMemoryPorts) {
    this.#folder = options.folder;
    this.#maxTurns = options.maxTurns ?? DEFAULT_TURNS;
    this.#clock = clock;
    this.#log = log;
  }

  remember(turn: RememberedTurn): void {
    if (turn.userText.trim() === '') return;
    const at = new Date(this.#clock.wallMs()).toISOString();
    this.#queued(turn.user, () => this.#append(turn, at)).catch((error: unknown) =>
      this.#log.warn({ error: faultText(error) }, 'A turn could not be remembered'),
    );
  }

  async search(
    user: string,
    query: string,
    { limit = DEFAULT_LIMIT, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<readonly Memory[]> {
    signal?.throwIfAborted();
    const found = this.#queued(user, async () => {
      const { index } = await this.#load(user);
      return index.find(query, Math.min(Math.max(1, limit), MAX_LIMIT), this.#clock.wallMs());
    });
    return orAborted(found, signal);
  }

  forget(user: string, session?: string): Promise<void> {
    return this.#queued(user, async () => {
      if (session === undefined) {
        this.#loaded.delete(user);
        await told(`Expected to delete ${this.#path(user)}`, () => rm(this.#path(user), { force: true }));
        return;
      }
      const loaded = await this.#load(user);
      loaded.index.forget(session);
      await this.#rewrite(user, loaded);
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#queues.values());
    this.#loaded.clear();
  }

  async #append({ user, session, userText, reply }: RememberedTurn, at: string): Promise<void> {
    const loaded = await this.#load(user);
    const line = memoryLine({ at, session, user: userText, reply });
    await told(`Expected to write ${this.#path(user)}`, async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const isTorn = loaded.bytes > 0 && !(await endsInNewline(this.#path(user), loaded.bytes));
      await appendFile(this.#path(user), isTorn ? `\n${line}` : line, { mode: 0o600 });
      loaded.bytes = (await stat(this.#path(user))).size;
    });
    for (const read of readMemoryLines(line)) loaded.index.add(read);
    if (loaded.index.size <= this.#maxTurns * (1 + SLACK)) return;
    loaded.index.shrink(this.#maxTurns);
    await this.#rewrite(user, loaded);
  }

  /** Written beside and moved over: a crash leaves the old file or the new one. */
  async #rewrite(user: string, loaded: Loaded): Promise<void> {
    const path = this.#path(user);
    const text = loaded.index.lines.map(memoryLine).join('');
    await told(`Expected to write ${path}`, async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    loaded.bytes = Buffer.byteLength(text);
  }

  async #load(user: string): Promise<Loaded> {
    const path = this.#path(user);
    const bytes = await sizeOf(path);
    const known = this.#loaded.get(user);
    this.#loaded.delete(user);
    const loaded = known !== undefined && known.bytes === bytes ? known : await this.#read(path, bytes);
    this.#loaded.set(user, loaded);
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= MAX_LOADED) break;
      this.#loaded.delete(oldest);
    }
    return loaded;
  }

  async #read(path: string, bytes: number): Promise<Loaded> {
    const index = await MemoryIndex.empty();
    if (bytes === 0) return { index, bytes };
    if (bytes > MAX_FILE_BYTES)
      throw memoryFault(`Expected at most ${MAX_FILE_BYTES} bytes in ${path}, found ${bytes}. Move it away.`);
    const text = await told(`Expected to read ${path}`, () => readFile(path, 'utf8'));
    await index.addAll(readMemoryLines(text).slice(-this.#maxTurns));
    return { index, bytes };
  }

  /** Names of users are not names of files; the hash also tells nobody who lists the folder who they are. */
  #path(user: string): string {
    return join(this.#folder, `${createHash('sha256').update(user).digest('hex').slice(0, 32)}.jsonl`);
  }

  #queued<T>(user: string, run: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(user) ?? Promise.resolve();
    const after = before.then(run, run);
    const settled = after.then(
      () => {},
      () => {},
    );
    this.#queues.set(user, settled);
    void settled.then(() => {
      if (this.#queues.get(user) === settled) this.#queues.delete(user);
    });
    return after;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Another run may have ended in the middle of a line. */
async function endsInNewline(path: string, bytes: number): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, bytes - 1);
    return buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}

async function told<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw memoryFault(`${what}: ${faultText(error)}. Check the folder and the disk.`, error);
  }
}
