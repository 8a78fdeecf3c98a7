import type { SessionAbout } from './kept-conversations.js';
import { type SessionStore, type StoredSession, type StoredSummary, summaryOf } from './session-store.js';
import type { TurnRecord } from './turn-record.js';

interface Held {
  readonly about: SessionAbout;
  readonly startedAtMs: number;
  lastAtMs: number;
  readonly records: TurnRecord[];
  bytes: number;
}

/** Sessions until the process ends, or until there are more than may be: the ones begun first go first. */
export class MemoryStore implements SessionStore {
  readonly #sessions = new Map<string, Held>();
  readonly #maxSessions: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor({ maxSessions, maxMb }: { readonly maxSessions: number; readonly maxMb: number }) {
    this.#maxSessions = maxSessions;
    this.#maxBytes = maxMb * 1e6;
  }

  async begin(id: string, about: SessionAbout, atMs: number): Promise<void> {
    this.#sessions.set(id, { about, startedAtMs: atMs, lastAtMs: atMs, records: [], bytes: 0 });
    this.#makeRoom();
  }

  async resumed(id: string, atMs: number): Promise<void> {
    this.#touch(id, atMs);
  }

  async append(id: string, record: TurnRecord, atMs: number): Promise<void> {
    const session = this.#touch(id, atMs);
    if (session === undefined) return;
    const bytes = 2 * JSON.stringify(record).length;
    session.records.push(record);
    session.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  async end(id: string, atMs: number): Promise<void> {
    this.#touch(id, atMs);
  }

  async read(id: string): Promise<StoredSession | undefined> {
    const session = this.#sessions.get(id);
    return session === undefined
      ? undefined
      : { id, ...session, records: [...session.records], damagedLines: 0 };
  }

  async summary(id: string): Promise<StoredSummary | undefined> {
    return summaryOf(await this.read(id));
  }

  async has(id: string): Promise<boolean> {
    return this.#sessions.has(id);
  }

  async ids(): Promise<readonly string[]> {
    return [...this.#sessions.keys()];
  }

  async remove(id: string): Promise<boolean> {
    this.#bytes -= this.#sessions.get(id)?.bytes ?? 0;
    return this.#sessions.delete(id);
  }

  async close(): Promise<void> {
    this.#sessions.clear();
    this.#bytes = 0;
  }

  #touch(id: string, atMs: number): Held | undefined {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.lastAtMs = atMs;
    return session;
  }

  #makeRoom(): void {
    for (const [id, { bytes }] of this.#sessions) {
      const isFull = this.#sessions.size > this.#maxSessions || this.#bytes > this.#maxBytes;
      if (!isFull || this.#sessions.size === 1) return;
      this.#sessions.delete(id);
      this.#bytes -= bytes;
    }
  }
}

/** Where nothing is kept. */
export const NO_STORE: SessionStore = {
  begin: async () => {},
  resumed: async () => {},
  append: async () => {},
  end: async () => {},
  read: async () => undefined,
  summary: async () => undefined,
  has: async () => false,
  ids: async () => [],
  remove: async () => false,
  close: async () => {},
};
