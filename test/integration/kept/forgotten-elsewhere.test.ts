import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type KeptConversations, openKept, readKeep } from '../../../src/kept/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { PYTHON_SQLITE } from '../../support/kept/python-sqlite.js';
import { turnRecord } from '../../support/kept/records.js';
import { isThere } from '../../support/optional-tools.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const STORES = isThere('python3') ? (['jsonl', 'sqlite'] as const) : (['jsonl'] as const);

describe.each(STORES)('A session in %s that another process forgets while it goes on', (store) => {
  async function open(folder: string): Promise<KeptConversations> {
    const settings = await readKeep({ store, folder, recordings: true });
    return openKept(settings, { clock: new SystemClock(), loadSqlite: async () => PYTHON_SQLITE });
  }

  it('stays forgotten: no words and no recordings come after it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kept-forgotten-'));
    folders.push(folder);
    const ours = await open(folder);
    const session = ours.begin();
    session.append(turnRecord(1));
    session.sound(1, 'user', new Uint8Array(3200));
    session.soundEnded(1);
    await ours.flush();
    const theirs = await open(folder);
    expect(await theirs.forget(session.id)).toBe(true);
    session.sound(2, 'user', new Uint8Array(3200));
    session.sound(2, 'avatar', new Uint8Array(3200));
    session.append(turnRecord(2));
    session.soundEnded(2);
    await session.end();
    expect(await theirs.read(session.id)).toBeUndefined();
    expect(readdirSync(folder)).not.toContain(session.id);
    await theirs.close();
    await ours.close();
  });

  it('keeps the sound of turns whose words come later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kept-early-'));
    folders.push(folder);
    const kept = await open(folder);
    const session = kept.begin();
    session.sound(1, 'user', new Uint8Array(3200));
    await session.end();
    expect((await kept.read(session.id))?.recordings).toHaveLength(1);
    await kept.close();
  });
});
