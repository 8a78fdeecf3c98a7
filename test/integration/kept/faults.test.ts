import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKept, readKeep } from '../../../src/kept/index.js';
import { FakeClock, type Logger } from '../../../src/runtime/index.js';
import { turnRecord } from '../../support/kept/records.js';

let folder = '';
let clock = new FakeClock();
let told: string[] = [];
const logger: Logger = {
  debug: () => {},
  info: (_fields, text) => told.push(`info ${text}`),
  warn: (fields, text) => told.push(`warn ${(fields as { what?: string }).what} ${text}`),
  error: (_fields, text) => told.push(`error ${text}`),
};
const open = async (section: object = {}) =>
  await openKept(await readKeep({ folder, ...section }), { clock, logger });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
  clock = new FakeClock();
  told = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('Kept conversations when something fails', () => {
  it('are read past a line that a crash cut off, and go on behind it', async () => {
    const crashed = await open();
    const session = crashed.begin({ user: 'a' });
    session.append(turnRecord(1));
    session.append(turnRecord(2));
    await session.end();
    await crashed.close();
    const file = join(folder, session.id, 'turns.jsonl');
    const bytes = await readFile(file);
    const cut = bytes.lastIndexOf('"user"');
    await truncate(file, cut + 12);
    const kept = await open();
    expect(await kept.read(session.id)).toMatchObject({ turns: 1, damagedLines: 1 });
    const resumed = await kept.resume(session.id);
    expect(resumed?.nextTurn).toBe(2);
    resumed?.append(turnRecord(2));
    await resumed?.end();
    expect((await kept.read(session.id))?.records).toEqual([turnRecord(1), turnRecord(2)]);
    expect(await kept.read(session.id)).toMatchObject({ damagedLines: 1, user: 'a' });
    await kept.close();
  });

  it('are no session when the file holds nothing of ours', async () => {
    const kept = await open();
    const session = kept.begin();
    session.append(turnRecord(1));
    await session.end();
    await writeFile(join(folder, session.id, 'turns.jsonl'), 'null\n[]\n{"kind":"turn"}\n\u0000\n');
    expect(await kept.read(session.id)).toBeUndefined();
    expect(await kept.list()).toEqual([]);
    await kept.close();
  });

  it('are dropped with one warning while the disk fails, and kept again later', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    const kept = await open({ folder: join(blocked, 'sub') });
    const session = kept.begin();
    for (let turn = 1; turn <= 5; turn++) session.append(turnRecord(turn));
    await kept.flush();
    expect(told.filter((text) => text.startsWith('warn words'))).toHaveLength(1);
    await rm(blocked);
    session.append(turnRecord(6));
    await session.end();
    expect((await kept.read(session.id))?.records.map(({ turn }) => turn)).toEqual([6]);
    expect(told.filter((text) => text.startsWith('info'))).toHaveLength(1);
    await kept.close();
  });

  it('tell once that sound cannot be written, and keep the words', async () => {
    const kept = await open({ recordings: true });
    const session = kept.begin();
    session.append(turnRecord(1));
    await kept.flush();
    // A folder where the file should be.
    await mkdir(join(folder, session.id, '0001-user.wav'));
    await mkdir(join(folder, session.id, '0002-user.wav'));
    for (const turn of [1, 2]) {
      session.sound(turn, 'user', new Uint8Array(640));
      session.soundEnded(turn);
    }
    await session.end();
    expect(told.filter((text) => text.startsWith('warn sound'))).toHaveLength(1);
    expect(await kept.read(session.id)).toMatchObject({ turns: 1 });
    await kept.close();
  });

  it('drop sound beyond what may wait, with a warning, and never wait themselves', async () => {
    const kept = await open({ recordings: true });
    const session = kept.begin();
    for (let second = 0; second < 600; second++) session.sound(1, 'avatar', new Uint8Array(32_000));
    await session.end();
    const [recording] = (await kept.read(session.id))?.recordings ?? [];
    const { size } = await stat(recording?.path ?? '');
    expect(size).toBeGreaterThan(1_000_000);
    expect(size).toBeLessThan(12_000_000);
    expect(told.filter((text) => text.startsWith('warn sound'))).toHaveLength(1);
    await kept.close();
  });

  it('say what to do when there is something else in the place of the words', async () => {
    const kept = await open();
    const session = kept.begin();
    session.append(turnRecord(1));
    await session.end();
    const file = join(folder, session.id, 'turns.jsonl');
    await rm(file);
    await mkdir(file);
    await expect(kept.read(session.id)).rejects.toMatchObject({ code: 'BRIDGE_ERR_KEPT' });
    expect(await kept.forget(session.id)).toBe(true);
    await kept.close();
  });

  it('need a folder, and a Node with SQLite where that is asked for', async () => {
    const nowhere = await readKeep({ store: 'jsonl' });
    await expect(openKept(nowhere, { clock })).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
    const sqlite = await readKeep({ store: 'sqlite', folder });
    const loadSqlite = async () => await Promise.reject(new Error('No such built-in module: node:sqlite'));
    await expect(openKept(sqlite, { clock, loadSqlite })).rejects.toThrow(
      /keep\.store: sqlite needs .* 22\.13/,
    );
  });

  it('leave no timer, file or session after close', async () => {
    const kept = await open({ recordings: true });
    const session = kept.begin();
    session.append(turnRecord(1));
    session.sound(1, 'user', new Uint8Array(320));
    await Promise.all([kept.close(), kept.close()]);
    expect(clock.pendingCount).toBe(0);
    const size = (await readFile(join(folder, session.id, 'turns.jsonl'))).byteLength;
    session.append(turnRecord(2));
    await session.end();
    expect((await readFile(join(folder, session.id, 'turns.jsonl'))).byteLength).toBe(size);
  });

  it('keep nothing by default', async () => {
    const kept = await openKept(await readKeep(undefined), { clock, defaultFolder: folder });
    const session = kept.begin({ user: 'a' });
    session.append(turnRecord(1));
    session.sound(1, 'user', new Uint8Array(320));
    await session.end();
    expect(kept.store).toBe('none');
    expect(await kept.list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await kept.close();
    expect(clock.pendingCount).toBe(0);
  });
});
