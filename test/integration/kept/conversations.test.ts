import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeepSettings, type KeptPorts, openKept, readKeep } from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { PYTHON_SQLITE } from '../../support/kept/python-sqlite.js';
import { turnRecord } from '../../support/kept/records.js';
import { isThere } from '../../support/optional-tools.js';

const DAY_MS = 86_400_000;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasNodeSqlite = major > 22 || (major === 22 && minor >= 13);

interface Kind {
  readonly name: string;
  readonly store: KeepSettings['store'];
  readonly ports: Partial<KeptPorts>;
  readonly survives: boolean;
}

const KINDS: readonly Kind[] = [
  { name: 'jsonl', store: 'jsonl', ports: {}, survives: true },
  { name: 'memory', store: 'memory', ports: {}, survives: false },
  ...(hasNodeSqlite ? [{ name: 'sqlite', store: 'sqlite', ports: {}, survives: true } as const] : []),
  ...(isThere('python3')
    ? [
        {
          name: 'sqlite by another driver',
          store: 'sqlite',
          ports: { loadSqlite: async () => PYTHON_SQLITE },
          survives: true,
        } as const,
      ]
    : []),
];

let folder = '';
let clock = new FakeClock();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
  clock = new FakeClock();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each(KINDS)('Kept conversations in $name', ({ store, ports, survives }) => {
  const open = async (section: object = {}) =>
    await openKept(await readKeep({ store, folder, ...section }), { clock, ...ports });

  it('gives back what was appended, in order, with what it is about', async () => {
    const kept = await open();
    const session = kept.begin({ user: 'hanako', conversation: 'c-1', lane: 'main', language: 'ja' });
    session.append(turnRecord(1));
    clock.advance(5000);
    const call = { name: 'weather', arguments: { city: '名古屋' }, result: { ok: true }, isError: false };
    session.append(turnRecord(2, { outcome: 'interrupted', heard: '答え', calls: [call] }));
    await session.end();
    const read = await kept.read(session.id);
    expect(read?.records).toEqual([
      turnRecord(1),
      turnRecord(2, { outcome: 'interrupted', heard: '答え', calls: [call] }),
    ]);
    expect(read).toMatchObject({ user: 'hanako', conversation: 'c-1', lane: 'main', language: 'ja' });
    expect(read).toMatchObject({ turns: 2, damagedLines: 0, recordings: [] });
    expect(read?.lastAtMs).toBe((read?.startedAtMs ?? 0) + 5000);
    await kept.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('keeps nothing of a session in which nothing happened', async () => {
    const kept = await open();
    await kept.begin().end();
    expect(await kept.list()).toEqual([]);
    await kept.close();
  });

  it('lists the newest first, by user and by conversation', async () => {
    const kept = await open();
    const ids: string[] = [];
    for (const [user, conversation] of [
      ['a', 'x'],
      ['b', 'y'],
      ['a', 'y'],
    ] as const) {
      const session = kept.begin({ user, conversation });
      session.append(turnRecord(1));
      await session.end();
      ids.push(session.id);
      clock.advance(1000);
    }
    const [first, second, third] = ids;
    expect((await kept.list()).map(({ id }) => id)).toEqual([third, second, first]);
    expect((await kept.list({ user: 'a' })).map(({ id }) => id)).toEqual([third, first]);
    expect((await kept.list({ conversation: 'y', limit: 1 })).map(({ id }) => id)).toEqual([third]);
    await kept.close();
  });

  it('continues a session by its id and counts on', async () => {
    let kept = await open();
    const session = kept.begin({ user: 'hanako' });
    session.append(turnRecord(1));
    session.append(turnRecord(2));
    await session.end();
    if (survives) {
      await kept.close();
      kept = await open();
    }
    const resumed = await kept.resume(session.id);
    expect(resumed?.earlier).toEqual([turnRecord(1), turnRecord(2)]);
    expect(resumed?.nextTurn).toBe(3);
    resumed?.append(turnRecord(3));
    expect(resumed?.nextTurn).toBe(4);
    await resumed?.end();
    expect((await kept.read(session.id))?.records.map(({ turn }) => turn)).toEqual([1, 2, 3]);
    expect((await kept.read(session.id))?.user).toBe('hanako');
    await kept.close();
  });

  it('does not give out a session twice at the same time', async () => {
    const kept = await open();
    const session = kept.begin();
    session.append(turnRecord(1));
    await kept.flush();
    expect(await kept.resume(session.id)).toBeUndefined();
    await session.end();
    const both = await Promise.all([kept.resume(session.id), kept.resume(session.id)]);
    expect(both.filter((resumed) => resumed !== undefined)).toHaveLength(1);
    await kept.close();
  });

  it.each([
    '',
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    'a/../../b',
    `${'0'.repeat(31)}/`,
    'f'.repeat(33),
    'turns.jsonl',
  ])('knows no session %j', async (id) => {
    const kept = await open();
    expect(await kept.read(id)).toBeUndefined();
    expect(await kept.resume(id)).toBeUndefined();
    expect(await kept.forget(id)).toBe(false);
    await kept.close();
  });

  it('forgets a session, also one that goes on', async () => {
    const kept = await open();
    const [past, present] = [kept.begin(), kept.begin()];
    past.append(turnRecord(1));
    await past.end();
    present.append(turnRecord(1));
    expect(await kept.forget(past.id)).toBe(true);
    expect(await kept.forget(past.id)).toBe(false);
    expect(await kept.forget(present.id)).toBe(true);
    present.append(turnRecord(2));
    await present.end();
    expect(await kept.list()).toEqual([]);
    await kept.close();
  });

  it('forgets a user and nobody else', async () => {
    const kept = await open();
    for (const user of ['a', 'b', 'a']) {
      const session = kept.begin({ user });
      session.append(turnRecord(1));
      await session.end();
    }
    const active = kept.begin({ user: 'a' });
    active.append(turnRecord(1));
    expect(await kept.forgetUser('a')).toBe(3);
    expect((await kept.list()).map(({ user }) => user)).toEqual(['b']);
    await kept.close();
  });

  it('removes what is too old once a day, but not what goes on', async () => {
    const kept = await open({ days: 2 });
    const [past, present] = [kept.begin({ user: 'past' }), kept.begin({ user: 'present' })];
    for (const session of [past, present]) session.append(turnRecord(1));
    await past.end();
    await clock.advanceAsync(DAY_MS * 1.5);
    await kept.flush();
    expect(await kept.list()).toHaveLength(2);
    clock.advance(DAY_MS);
    await kept.flush();
    expect((await kept.list()).map(({ user }) => user)).toEqual(['present']);
    await kept.close();
    expect(clock.pendingCount).toBe(0);
  });
});

/** What another driver does not keep to: it forgets `secure_delete` between two statements. */
const OWN_FILES = KINDS.filter(({ survives, ports }) => survives && ports.loadSqlite === undefined);

describe.each(OWN_FILES)('Kept conversations in files of $name', ({ store, ports }) => {
  it('leaves no word of what it forgot on the disk', async () => {
    const kept = await openKept(await readKeep({ store, folder }), { clock, ...ports });
    const [secret, other] = [kept.begin({ user: 'SECRET-USER' }), kept.begin()];
    secret.append(turnRecord(1, { user: 'SECRET-WORDS'.repeat(1000) }));
    other.append(turnRecord(1));
    await Promise.all([secret.end(), other.end()]);
    await kept.forget(secret.id);
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const contents = await Promise.all(files.map((file) => readFile(file, 'latin1')));
    expect(contents.length).toBeGreaterThan(0);
    for (const content of contents) expect(content).not.toMatch(/SECRET/);
    for (const file of files) expect((await stat(file)).mode & 0o077, file).toBe(0);
    await kept.close();
  });
});

describe('Kept conversations on disk', () => {
  const settings = async (section: object = {}) => await readKeep({ folder, ...section });

  it('are the eyes of their user only', async () => {
    const kept = await openKept(await settings({ recordings: true }), { clock });
    const session = kept.begin();
    session.append(turnRecord(1));
    session.sound(1, 'user', new Uint8Array(640));
    await session.end();
    await kept.close();
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(join(folder, session.id))).toBe('700');
    for (const name of await readdir(join(folder, session.id)))
      expect(await modeOf(join(folder, session.id, name)), name).toBe('600');
  });

  it('are named by random ids and never by what comes from outside', async () => {
    const kept = await openKept(await settings(), { clock });
    const sessions = Array.from({ length: 20 }, () => kept.begin({ user: '../../x', conversation: '/etc' }));
    for (const session of sessions) session.append(turnRecord(1));
    await kept.close();
    const names = await readdir(folder);
    expect(new Set(names).size).toBe(20);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  });

  it('have sound of both sides as WAV, 16 kHz', async () => {
    const kept = await openKept(await settings({ recordings: true }), { clock });
    const session = kept.begin();
    session.sound(
      1,
      'user',
      Uint8Array.from({ length: 3200 }, (_, at) => at % 251),
    );
    for (let piece = 0; piece < 10; piece++) session.sound(1, 'avatar', new Uint8Array(640).fill(piece));
    session.soundEnded(1);
    session.append(turnRecord(1));
    await session.end();
    const read = await kept.read(session.id);
    expect(read?.recordings.map(({ turn, side }) => `${turn} ${side}`)).toEqual(['1 avatar', '1 user']);
    const [avatar, user] = await Promise.all((read?.recordings ?? []).map(({ path }) => readFile(path)));
    expect(user?.readUInt32LE(24)).toBe(16_000);
    expect(user?.readUInt32LE(40)).toBe(3200);
    expect(user?.subarray(44)).toEqual(Buffer.from(Uint8Array.from({ length: 3200 }, (_, at) => at % 251)));
    expect(avatar?.byteLength).toBe(44 + 6400);
    expect(avatar?.at(-1)).toBe(9);
    expect(read?.bytes).toBeGreaterThan(44 + 44 + 6400 + 3200);
    await kept.close();
  });

  it('have no sound unless it was asked for', async () => {
    const kept = await openKept(await settings(), { clock });
    const session = kept.begin();
    session.sound(1, 'user', new Uint8Array(640));
    session.append(turnRecord(1));
    await session.end();
    expect(await readdir(join(folder, session.id))).toEqual(['turns.jsonl']);
    await kept.close();
  });

  it('lose their recordings when they are forgotten while sound comes', async () => {
    const kept = await openKept(await settings({ recordings: true }), { clock });
    const session = kept.begin();
    session.append(turnRecord(1));
    session.sound(1, 'avatar', new Uint8Array(64_000));
    expect(await kept.forget(session.id)).toBe(true);
    session.sound(1, 'avatar', new Uint8Array(640));
    await kept.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('go, oldest first, when they are too many or too large', async () => {
    const begin = async (kept: Awaited<ReturnType<typeof openKept>>) => {
      const session = kept.begin();
      session.append(turnRecord(1, { reply: 'x'.repeat(40_000) }));
      await session.end();
      clock.advance(2 * 3_600_000);
      return session.id;
    };
    const many = await openKept(await settings({ maxSessions: 2 }), { clock });
    const ids = [await begin(many), await begin(many), await begin(many)];
    expect(await many.sweep()).toBe(1);
    expect((await many.list()).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    await many.close();
    const large = await openKept(await settings({ maxMb: 0.05 }), { clock });
    await large.flush();
    expect((await large.list()).map(({ id }) => id)).toEqual([ids[2]]);
    await large.close();
  });
});
