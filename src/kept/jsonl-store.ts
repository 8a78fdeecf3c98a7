import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from './absent.js';
import type { SessionAbout } from './kept-conversations.js';
import { isSessionId } from './session-id.js';
import { LINE_VERSION, readSession, type SessionLine, sessionLine } from './session-line.js';
import type { SessionStore, StoredSession, StoredSummary } from './session-store.js';
import { summarized } from './summary-file.js';
import type { TurnRecord } from './turn-record.js';

const FILE = 'turns.jsonl';
const LINE_END = 0x0a;

/**
 * A folder for each session, named by its id, with the words in turns.jsonl: one line for each turn, written by one call in append
 * mode. Folders are the user's alone (0700), and so are files (0600). Beside it, once it was listed, summary.json: what a list shows.
 */
export class JsonlStore implements SessionStore {
  readonly #folder: string;
  /** Sessions whose last line may be cut off: what comes next begins on a new one. */
  readonly #torn = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async begin(id: string, about: SessionAbout, atMs: number): Promise<void> {
    await mkdir(join(this.#folder, id), { recursive: true, mode: 0o700 });
    await this.#append(id, { kind: 'begin', version: LINE_VERSION, id, atMs, about });
  }

  async resumed(id: string, atMs: number): Promise<void> {
    if (!(await endsWithLine(this.#file(id)))) this.#torn.add(id);
    await this.#append(id, { kind: 'resumed', atMs });
  }

  async append(id: string, record: TurnRecord, atMs: number): Promise<void> {
    await this.#append(id, { kind: 'turn', atMs, record });
  }

  async end(id: string, atMs: number): Promise<void> {
    await this.#append(id, { kind: 'end', atMs });
    this.#torn.delete(id);
  }

  async read(id: string): Promise<StoredSession | undefined> {
    const bytes = await readFile(this.#file(id)).catch(absent);
    // Cut in the middle of a letter, it decodes to a mark that no line of ours has at its end.
    const session = bytes === undefined ? undefined : readSession(bytes.toString('utf8'));
    return session === undefined ? undefined : { id, ...session, bytes: bytes?.byteLength ?? 0 };
  }

  async summary(id: string): Promise<StoredSummary | undefined> {
    return await summarized(join(this.#folder, id), FILE);
  }

  async has(id: string): Promise<boolean> {
    return (await stat(this.#file(id)).catch(absent)) !== undefined;
  }

  async ids(): Promise<readonly string[]> {
    const names = (await readdir(this.#folder).catch(absent)) ?? [];
    return names.filter(isSessionId);
  }

  async remove(id: string): Promise<boolean> {
    const isThere = (await readdir(join(this.#folder, id)).catch(absent)) !== undefined;
    // Somebody who lists may write its summary at this moment.
    await rm(join(this.#folder, id), { recursive: true, force: true, maxRetries: 3 });
    this.#torn.delete(id);
    return isThere;
  }

  async close(): Promise<void> {}

  async #append(id: string, line: SessionLine): Promise<void> {
    const text = `${this.#torn.has(id) ? '\n' : ''}${sessionLine(line)}`;
    this.#torn.add(id);
    await appendFile(this.#file(id), text, { mode: 0o600 });
    this.#torn.delete(id);
  }

  #file(id: string): string {
    return join(this.#folder, id, FILE);
  }
}

async function endsWithLine(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === LINE_END;
  } finally {
    await file.close();
  }
}
