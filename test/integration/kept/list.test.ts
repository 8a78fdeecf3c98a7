import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type KeptConversations,
  openKept,
  readKeep,
  type SqliteModule,
  type SqliteStatement,
} from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { PYTHON_SQLITE } from '../../support/kept/python-sqlite.js';
import { turnRecord } from '../../support/kept/records.js';
import { isThere } from '../../support/optional-tools.js';

let folder = '';
let clock = new FakeClock();
const open = async (): Promise<KeptConversations> =>
  await openKept(await readKeep({ folder, days: 'forever' }), { clock });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
  clock = new FakeClock();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A session with so many turns. */
async function session(kept: KeptConversations, turns: number): Promise<string> {
  const one = kept.begin({ user: 'a', lane: 'main' });
  for (let turn = 1; turn <= turns; turn++) one.append(turnRecord(turn));
  clock.advance(1000);
  await one.end();
  return one.id;
}

/** What happens to a file between two lists. */
const HAPPENING = fc.oneof(
  fc.record({ append: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ cut: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ garbage: fc.string({ maxLength: 30 }) }),
  fc.record({ rewrite: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ summary: fc.string({ maxLength: 30 }) }),
);

describe('The list of kept sessions', () => {
  it('tells what reading each whole would tell, whatever happened to its file in between', async () => {
    const kept = await open();
    const id = await session(kept, 2);
    const file = join(folder, id, 'turns.jsonl');
    const happen = async (what: Partial<Record<string, string | number>>): Promise<void> => {
      if (typeof what['append'] === 'number') {
        const resumed = await kept.resume(id);
        for (let turn = 0; turn < what['append']; turn++) resumed?.append(turnRecord(turn + 9));
        clock.advance(5000);
        await resumed?.end();
      } else if (typeof what['cut'] === 'number') {
        await truncate(file, Math.max(0, (await stat(file)).size - what['cut']));
      } else if (typeof what['garbage'] === 'string') await appendFile(file, what['garbage']);
      else if (typeof what['summary'] === 'string')
        await writeFile(join(folder, id, 'summary.json'), what['summary']);
      else {
        // As long as before or longer: somebody edited it.
        const lines = (await readFile(file, 'utf8')).split('\n');
        lines[Number(what['rewrite'])] = JSON.stringify({ kind: 'resumed', atMs: 5, more: 'x'.repeat(900) });
        await writeFile(file, lines.join('\n'));
      }
    };
    const property = fc.asyncProperty(fc.array(HAPPENING, { minLength: 1, maxLength: 6 }), async (all) => {
      for (const what of all) {
        await happen(what as Partial<Record<string, string | number>>);
        const read = await kept.read(id);
        const { records: _records, recordings: _recordings, damagedLines: _damaged, ...summary } = read ?? {};
        expect(await kept.list()).toEqual(read === undefined ? [] : [summary]);
        expect(await kept.list()).toEqual(read === undefined ? [] : [summary]);
      }
    });
    await fc.assert(property, { numRuns: 40, seed: 6, endOnFailure: true });
    await kept.close();
  });

  it('reads nothing again of a session to which nothing was added, in another process neither', async () => {
    const kept = await open();
    const id = await session(kept, 3);
    const [listed] = await kept.list();
    await kept.close();
    const file = join(folder, id, 'turns.jsonl');
    const { size, atime, mtimeMs } = await stat(file);
    // What nobody reads, nobody misses.
    await writeFile(file, ' '.repeat(size));
    await utimes(file, atime, mtimeMs / 1000);
    const summary = join(folder, id, 'summary.json');
    const told = JSON.parse(await readFile(summary, 'utf8')) as object;
    await writeFile(summary, JSON.stringify({ ...told, mtimeMs: (await stat(file)).mtimeMs }));
    const later = await open();
    expect(await later.list()).toEqual([listed]);
    expect((await stat(summary)).mode & 0o777).toBe(0o600);
    await later.close();
  });

  it('leaves nothing behind of a session that is forgotten while it is listed', async () => {
    const kept = await open();
    for (let n = 0; n < 20; n++) {
      const id = await session(kept, 2);
      await Promise.all([kept.list(), kept.forget(id)]);
    }
    expect(await readdir(folder)).toEqual([]);
    expect(await kept.list()).toEqual([]);
    await kept.close();
  });
});

/** The same SQLite, which tells how many records it has given. */
function counting(): { readonly module: SqliteModule; readonly given: () => number } {
  let given = 0;
  class Counting extends PYTHON_SQLITE.DatabaseSync {
    override prepare(sql: string): SqliteStatement {
      const statement = super.prepare(sql);
      const all: SqliteStatement['all'] = (...values) => {
        const rows = statement.all(...values);
        given += rows.filter((row) => Object.hasOwn(row as object, 'record')).length;
        return rows;
      };
      return { run: (...values) => statement.run(...values), all };
    }
  }
  return {
    module: { DatabaseSync: Counting },
    given: () => {
      const before = given;
      given = 0;
      return before;
    },
  };
}

describe.skipIf(!isThere('python3'))('The list of sessions kept by SQLite', () => {
  const openSqlite = async (module = PYTHON_SQLITE): Promise<KeptConversations> =>
    await openKept(await readKeep({ store: 'sqlite', folder, days: 'forever' }), {
      clock,
      loadSqlite: async () => module,
    });
  const database = () => new PYTHON_SQLITE.DatabaseSync(join(folder, 'conversations.sqlite'));

  it('tells what reading each whole would tell, whatever was appended, damaged or taken out', async () => {
    const kept = await openSqlite();
    const id = await session(kept, 3);
    const other = await session(kept, 1);
    const expectTold = async (): Promise<void> => {
      for (const listed of [await kept.list(), await kept.list()]) {
        for (const each of listed) {
          const read = await kept.read(each.id);
          const { records: _records, recordings: _recordings, damagedLines: _damaged, ...told } = read ?? {};
          expect(each).toEqual(told);
        }
        expect(listed.map((each) => each.id).sort()).toEqual([id, other].sort());
      }
    };
    const change = (sql: string, ...values: string[]): void => {
      const changed = database();
      expect(changed.prepare(sql).run(...values).changes).toBeGreaterThan(0);
      changed.close();
    };
    const insert = 'INSERT INTO turns (session, at_ms, record) VALUES (?, 1, ?)';
    await expectTold();
    change(insert, id, 'no JSON');
    await expectTold();
    change(insert, id, JSON.stringify(turnRecord(9)));
    change(insert, other, '{"turn":1}');
    await expectTold();
    const resumed = await kept.resume(id);
    resumed?.append(turnRecord(10));
    clock.advance(5000);
    await resumed?.end();
    await expectTold();
    change('DELETE FROM turns WHERE number = (SELECT min(number) FROM turns WHERE session = ?)', id);
    await expectTold();
    change('DELETE FROM turns WHERE session = ?', other);
    await expectTold();
    await kept.close();
  });

  it('reads nothing again of a session to which nothing was added, in another process neither', async () => {
    const { module, given } = counting();
    const kept = await openSqlite(module);
    const id = await session(kept, 3);
    await session(kept, 2);
    given();
    const listed = await kept.list();
    expect(given()).toBe(5);
    expect(await kept.list()).toEqual(listed);
    expect(given()).toBe(0);
    await kept.close();
    const later = await openSqlite(module);
    given();
    expect(await later.list()).toEqual(listed);
    expect(given()).toBe(0);
    const resumed = await later.resume(id);
    resumed?.append(turnRecord(4));
    await resumed?.end();
    given();
    expect((await later.list()).find((one) => one.id === id)?.turns).toBe(4);
    expect(given()).toBe(1);
    await later.close();
  });

  it('leaves nothing behind of a session that is forgotten', async () => {
    const kept = await openSqlite();
    const id = await session(kept, 2);
    await kept.list();
    const rows = (): readonly unknown[] => {
      const opened = database();
      const all = opened.prepare('SELECT session FROM tallies').all();
      opened.close();
      return all;
    };
    expect(rows()).toHaveLength(1);
    await kept.forget(id);
    expect(rows()).toEqual([]);
    await kept.close();
  });
});
