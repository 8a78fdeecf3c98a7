import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, errorText } from '../runtime/index.js';
import type { SessionAbout } from './kept-conversations.js';
import type { SqliteDatabase, SqliteModule, SqliteValue } from './kept-ports.js';
import { parsed, sessionAbout, turnRecord } from './session-line.js';
import type { SessionStore, StoredSession, StoredSummary } from './session-store.js';
import type { TurnRecord } from './turn-record.js';

const FILE = 'conversations.sqlite';
const VERSION = 1;

/** Removed words are overwritten, and a second process waits for this one's write. */
const PRAGMAS =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 2000';
const TABLES = `
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY, about TEXT NOT NULL, started_at_ms INTEGER NOT NULL, last_at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS turns (
  number INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, at_ms INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_of_session ON turns (session, number);
CREATE TABLE IF NOT EXISTS tallies (
  session TEXT PRIMARY KEY, until INTEGER NOT NULL, lines INTEGER NOT NULL, turns INTEGER NOT NULL, bytes INTEGER NOT NULL
);
PRAGMA user_version = ${VERSION};
`;

/** What was counted of a session's rows, up to one of them. */
interface Tally {
  /** Number of the last row. */
  readonly until: number;
  readonly lines: number;
  /** Lines that can be read. */
  readonly turns: number;
  readonly bytes: number;
}

/**
 * All sessions in one SQLite database, by the `node:sqlite` of Node 22.13 and later: sessions (id, about as JSON, times) and turns
 * (session, time, record as JSON); and, once a session was listed, what was counted of it (tallies), so that only what was appended
 * since is read for a list. A call takes tenths of a millisecond.
 */
export class SqliteStore implements SessionStore {
  readonly #database: SqliteDatabase;

  /**
   * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - this Node has no `node:sqlite`, or the database is of a newer version.
   */
  static async open(folder: string, load: () => Promise<SqliteModule>): Promise<SqliteStore> {
    const { DatabaseSync } = await load().catch((error: unknown) => {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `keep.store: sqlite needs node:sqlite, which Node has from 22.13 on, and this one has not (${errorText(error)}). Set keep.store to jsonl, or use a newer Node`,
        { cause: error },
      );
    });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, FILE);
    // SQLite gives its other files the rights of this one.
    await (await open(path, 'a', 0o600)).close();
    await chmod(path, 0o600);
    const database = new DatabaseSync(path);
    try {
      database.exec(PRAGMAS);
      assertVersion(database, path);
      database.exec(TABLES);
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteStore(database);
  }

  private constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  async begin(id: string, about: SessionAbout, atMs: number): Promise<void> {
    const sql = 'INSERT INTO sessions (id, about, started_at_ms, last_at_ms) VALUES (?, ?, ?, ?)';
    this.#run(sql, id, JSON.stringify(about), Math.round(atMs), Math.round(atMs));
  }

  async resumed(id: string, atMs: number): Promise<void> {
    this.#touch(id, atMs);
  }

  async append(id: string, record: TurnRecord, atMs: number): Promise<void> {
    // A session that another process forgot stays forgotten.
    const sql =
      'INSERT INTO turns (session, at_ms, record) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?)';
    this.#run(sql, id, Math.round(atMs), JSON.stringify(record), id);
    this.#touch(id, atMs);
  }

  async end(id: string, atMs: number): Promise<void> {
    this.#touch(id, atMs);
  }

  async read(id: string): Promise<StoredSession | undefined> {
    const sql = 'SELECT about, started_at_ms, last_at_ms FROM sessions WHERE id = ?';
    const [session] = this.#all(sql, id);
    if (session === undefined) return undefined;
    const turns = this.#all('SELECT record FROM turns WHERE session = ? ORDER BY number', id);
    const { texts, records } = recordsIn(turns);
    return {
      id,
      ...headOf(session),
      records,
      damagedLines: texts.length - records.length,
      bytes: sizeOf(texts),
    };
  }

  async summary(id: string): Promise<StoredSummary | undefined> {
    const [session] = this.#all('SELECT about, started_at_ms, last_at_ms FROM sessions WHERE id = ?', id);
    if (session === undefined) return undefined;
    const { turns, bytes } = this.#tally(id);
    return { ...headOf(session), turns, bytes };
  }

  async has(id: string): Promise<boolean> {
    return this.#all('SELECT 1 FROM sessions WHERE id = ?', id).length > 0;
  }

  async ids(): Promise<readonly string[]> {
    return this.#all('SELECT id FROM sessions').map(({ id }) => String(id));
  }

  async remove(id: string): Promise<boolean> {
    this.#run('DELETE FROM turns WHERE session = ?', id);
    this.#run('DELETE FROM tallies WHERE session = ?', id);
    const changes = this.#run('DELETE FROM sessions WHERE id = ?', id);
    // What was removed must not stay in the log of changes either.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return changes > 0;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /** Reads what was appended since it was last counted. Rows are never changed, and those of a session go all at once. */
  #tally(id: string): Tally {
    const known = this.#knownTally(id);
    const from = known ?? { until: 0, lines: 0, turns: 0, bytes: 0 };
    const sql = 'SELECT number, record FROM turns WHERE session = ? AND number > ? ORDER BY number';
    const added = this.#all(sql, id, from.until);
    if (added.length === 0) return from;
    const { texts, records } = recordsIn(added);
    const now = {
      until: Number(added.at(-1)?.['number']),
      lines: from.lines + texts.length,
      turns: from.turns + records.length,
      bytes: from.bytes + sizeOf(texts),
    };
    this.#keepTally(id, now);
    return now;
  }

  /** Undefined too where somebody else has taken rows out. */
  #knownTally(id: string): Tally | undefined {
    const [row] = this.#all('SELECT until, lines, turns, bytes FROM tallies WHERE session = ?', id);
    if (row === undefined) return undefined;
    const { until, lines, turns, bytes } = row;
    const known = { until: Number(until), lines: Number(lines), turns: Number(turns), bytes: Number(bytes) };
    // By the index alone.
    const sql = 'SELECT count(*) AS lines FROM turns WHERE session = ? AND number <= ?';
    const [there] = this.#all(sql, id, known.until);
    return Number(there?.['lines']) === known.lines ? known : undefined;
  }

  /** Where it cannot be kept, it is counted again the next time. A session that another process forgot leaves none. */
  #keepTally(id: string, { until, lines, turns, bytes }: Tally): void {
    const sql =
      'INSERT OR REPLACE INTO tallies (session, until, lines, turns, bytes) SELECT ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?)';
    try {
      this.#run(sql, id, until, lines, turns, bytes, id);
    } catch {
      // Somebody else writes, or nobody may.
    }
  }

  #touch(id: string, atMs: number): void {
    this.#run('UPDATE sessions SET last_at_ms = ? WHERE id = ?', Math.round(atMs), id);
  }

  #run(sql: string, ...values: readonly SqliteValue[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }

  #all(sql: string, ...values: readonly SqliteValue[]): readonly Row[] {
    return this.#database.prepare(sql).all(...values) as readonly Row[];
  }
}

type Row = Readonly<Record<string, unknown>>;

function recordsIn(rows: readonly Row[]): {
  readonly texts: readonly string[];
  readonly records: readonly TurnRecord[];
} {
  const texts = rows.map(({ record }) => String(record));
  const records = texts.map((json) => turnRecord(parsed(json))).filter((record) => record !== undefined);
  return { texts, records };
}

function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, json) => sum + Buffer.byteLength(json), 0);
}

function headOf(session: Row): Pick<StoredSummary, 'about' | 'startedAtMs' | 'lastAtMs'> {
  return {
    about: sessionAbout(parsed(String(session['about']))),
    startedAtMs: Number(session['started_at_ms']),
    lastAtMs: Number(session['last_at_ms']),
  };
}

function assertVersion(database: SqliteDatabase, path: string): void {
  const [row] = database.prepare('PRAGMA user_version').all() as readonly {
    readonly user_version?: unknown;
  }[];
  const version = Number(row?.user_version ?? 0);
  if (version <= VERSION) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `keep.folder: ${path} is of version ${version}, made by a newer mmdagent-bridge; this one knows ${VERSION}. Update this one, or name another folder`,
  );
}
