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
import { type KeptConversations, openKept, readKeep } from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { turnRecord } from '../../support/kept/records.js';

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
