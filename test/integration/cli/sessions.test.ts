import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { openKept, readKeep, type SessionAbout, type TurnRecord } from '../../../src/kept/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { openMemory } from '../../../src/tools/index.js';
import { turnRecord } from '../../support/kept/records.js';
import { parseCsv, parseTextGrid, parseXml } from '../../unit/export/parsers.js';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = mkdtempSync(join(tmpdir(), 'bridge-sessions-'));
const BEGIN = 1_700_000_000_000;
let folder = '';
let run: (...argv: string[]) => Promise<Ran>;

afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  folder = join(mkdtempSync(join(root, 'home-')), 'mmdagent-bridge', 'conversations');
  run = (...argv) => runWith({ keep: { store: 'jsonl' } }, ...argv);
});

/** A command with these settings, and with a home of its own. */
async function runWith(settings: object, ...argv: string[]): Promise<Ran> {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): PassThrough => {
    const through = new PassThrough();
    through.setEncoding('utf8').on('data', (data: string) => {
      text[name] += data;
    });
    return through;
  };
  const home = join(folder, '..', '..');
  const config = join(home, 'settings.json');
  writeFileSync(config, JSON.stringify(settings));
  const never = new AbortController().signal;
  const code = await main([...argv, '--config', config], {
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: { XDG_CONFIG_HOME: home, APPDATA: home, HOME: home },
    drain: never,
    quit: never,
    isTerminal: false,
  });
  return { code, ...text };
}

interface Made {
  readonly about?: SessionAbout;
  readonly turns: readonly TurnRecord[];
  readonly id?: string;
  /** Samples of turn 1. */
  readonly sounds?: { readonly user: Int16Array; readonly avatar: Int16Array };
}

/** A session as `chat` keeps it. @returns its id. */
async function make({ about = {}, turns, id, sounds }: Made): Promise<string> {
  const settings = await readKeep({ store: 'jsonl', folder, recordings: sounds !== undefined });
  const ports = { clock: new SystemClock(), sweeps: false, ...(id === undefined ? {} : { newId: () => id }) };
  const kept = await openKept(settings, ports);
  const session = kept.begin(about);
  for (const turn of turns) session.append(turn);
  if (sounds !== undefined)
    for (const side of ['user', 'avatar'] as const)
      session.sound(1, side, new Uint8Array(sounds[side].buffer));
  await session.end();
  await kept.close();
  return session.id;
}

const old = (turn: number, parts: Partial<TurnRecord> = {}): TurnRecord => turnRecord(turn, parts);

describe('sessions list', () => {
  it('shows what there is with its own digits, and removes nothing because of its age', async () => {
    const [one, two] = [`aaaaaaaa${'1'.repeat(24)}`, `aaaaaaaa${'2'.repeat(24)}`];
    await make({ id: one, about: { user: 'taro' }, turns: [old(1), old(2)] });
    await make({ id: two, about: { user: '\u001b[2Jjiro' }, turns: [old(1)] });
    // Of 2023, as it would be after a month: `days` is 30.
    for (const id of [one, two]) {
      const file = join(folder, id, 'turns.jsonl');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"atMs":\d+/g, `"atMs":${BEGIN}`));
    }
    const { code, stdout, stderr } = await run('sessions', 'list');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(stdout).toMatch(/^aaaaaaaa1 {2}\d{4}-.* 2 turns .*user taro$/m);
    expect(stdout).toMatch(/^aaaaaaaa2 .*user \ufffd\[2Jjiro$/m);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('gives the same as JSON, of one user and no more than asked for', async () => {
    await make({ about: { user: 'taro' }, turns: [old(1)] });
    await make({ about: { user: 'jiro' }, turns: [old(1)] });
    await make({ about: { user: 'jiro' }, turns: [old(1)] });
    const { stdout } = await run('sessions', 'list', '--user', 'jiro', '--limit', '1', '--json');
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      folder,
      store: 'jsonl',
      count: 2,
      sessions: [{ user: 'jiro', turns: 1 }],
    });
  });

  it('says where nothing is kept, and finds what was kept before it was switched off', async () => {
    const none = await run('sessions', 'list');
    expect(none).toMatchObject({ code: 0, stdout: '' });
    expect(none.stderr).toContain('keep.store');
    const id = await make({ turns: [old(1)] });
    const before = await runWith({ keep: { store: 'none' } }, 'sessions', 'list');
    expect(before.stdout).toContain(id.slice(0, 8));
    expect(before.stderr).toContain('Nothing is kept by these settings');
  });
});

describe('sessions show', () => {
  it('shows what was said, by a short id', async () => {
    const id = await make({ about: { user: 'taro' }, turns: [old(1), old(2, { user: 'a\u0007\nb' })] });
    const { code, stdout } = await run('sessions', 'show', id.slice(0, 6), '--timings');
    expect(code).toBe(0);
    expect(stdout).toContain(`Session ${id}`);
    expect(stdout).toContain('user   質問 1 👋');
    expect(stdout).toContain('reply  [face:joy]答え 1 です。');
    expect(stdout).toContain('user   a\ufffd b');
    expect(stdout).toContain('times  end of turn 0.30 s');
    const json = JSON.parse((await run('sessions', 'show', id, '--json')).stdout);
    expect(json.records).toEqual([old(1), old(2, { user: 'a\u0007\nb' })]);
  });

  it('says that there is no such session, with exit code 1, and that a word is no id, with 2', async () => {
    const gone = await run('sessions', 'show', 'deadbeef', '--json');
    expect(gone.code).toBe(1);
    expect(JSON.parse(gone.stdout).error.code).toBe('BRIDGE_ERR_KEPT');
    expect((await run('sessions', 'show', 'taro')).code).toBe(2);
  });
});

describe('a name that is no id', () => {
  const NAMES = [
    '../x',
    '../../x',
    '..',
    '/etc/passwd',
    'abcd/../../x',
    'abcd\0',
    '\0',
    'abcd%2f..',
    '__proto__',
    'C:\\x',
    '*',
  ];

  it.each(NAMES)('opens, continues, measures and removes nothing outside: %j', async (name) => {
    const id = await make({ turns: [old(1)] });
    const secret = join(folder, '..', 'x');
    mkdirSync(secret, { recursive: true });
    writeFileSync(join(secret, 'turns.jsonl'), readFileSync(join(folder, id, 'turns.jsonl')));
    for (const argv of [
      ['sessions', 'show', name],
      ['sessions', 'forget', name, '--yes'],
      ['chat', '--resume', name, '--script', '/dev/null'],
    ]) {
      const { code, stdout, stderr } = await run(...argv);
      expect([argv, code, stdout]).toEqual([argv, 2, '']);
      expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
    expect(readdirSync(secret)).toEqual(['turns.jsonl']);
    expect(readdirSync(folder)).toEqual([id]);
  });
});

describe('sessions forget', () => {
  const memorySettings = { keep: { store: 'jsonl' }, tools: { memory: { type: 'file' } } };
  const memory = () =>
    openMemory({ type: 'file' }, { clock: new SystemClock(), folder: join(folder, '..', 'memory') });

  async function remember(user: string, session: string, text: string): Promise<void> {
    const opened = memory();
    opened.remember({ user, session, userText: text, reply: 'ok' });
    await opened.close();
  }

  async function found(user: string, text: string): Promise<number> {
    const opened = memory();
    const memories = await opened.search(user, text);
    await opened.close();
    return memories.length;
  }

  it('removes words, recordings and memories of a session, and nothing of another', async () => {
    const sounds = { user: new Int16Array(1600), avatar: new Int16Array(1600) };
    const one = await make({ about: { user: 'taro' }, turns: [old(1)], sounds });
    const two = await make({ about: { user: 'taro' }, turns: [old(1)] });
    await remember('taro', one, 'my cat is called Mike');
    await remember('taro', two, 'my dog is called Pochi');
    expect(readdirSync(join(folder, one)).sort()).toEqual([
      '0001-avatar.wav',
      '0001-user.wav',
      'turns.jsonl',
    ]);
    const { code, stdout } = await runWith(memorySettings, 'sessions', 'forget', one.slice(0, 12), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ forgotten: [one], memory: true });
    expect(readdirSync(folder)).toEqual([two]);
    expect(await found('taro', 'cat')).toBe(0);
    expect(await found('taro', 'dog')).toBe(1);
  });

  it('removes what a session without a user left in memory: it is of the user at this machine', async () => {
    const id = await make({ turns: [old(1)] });
    await remember('local', id, 'my cat is called Mike');
    await runWith(memorySettings, 'sessions', 'forget', id);
    expect(await found('local', 'cat')).toBe(0);
  });

  it('removes everything of a user, also what only memory has', async () => {
    await make({ about: { user: 'taro' }, turns: [old(1)] });
    const jiro = await make({ about: { user: 'jiro' }, turns: [old(1)] });
    await remember('taro', 'of a session long gone', 'my cat is called Mike');
    const { code, stderr } = await runWith(memorySettings, 'sessions', 'forget', '--user', 'taro');
    expect(code).toBe(0);
    expect(stderr).toContain('Forgotten: 1 session, in long-term memory too');
    expect(readdirSync(folder)).toEqual([jiro]);
    expect(await found('taro', 'cat')).toBe(0);
  });

  it('removes all only with --yes', async () => {
    await make({ turns: [old(1)] });
    await make({ turns: [old(1)] });
    const asked = await run('sessions', 'forget', '--all');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('2 sessions would be removed');
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await run('sessions', 'forget', '--all', '--yes')).code).toBe(0);
    expect(readdirSync(folder)).toHaveLength(0);
  });

  it('removes none when one of several ids is wrong, or when it is not said which', async () => {
    const id = await make({ turns: [old(1)] });
    expect((await run('sessions', 'forget', id, 'deadbeef')).code).toBe(1);
    expect((await run('sessions', 'forget')).code).toBe(2);
    expect((await run('sessions', 'forget', id, '--all', '--yes')).code).toBe(2);
    expect(readdirSync(folder)).toEqual([id]);
  });
});

describe('latency', () => {
  const timed = (turn: number, sent: number, parts: Partial<TurnRecord> = {}): TurnRecord =>
    old(turn, { trace: { firstToken: sent - 100, sent, ended: sent + 1000 }, ...parts });

  it('has percentiles of each stage over all sessions, and where the time of each turn went', async () => {
    const one = await make({ turns: [timed(1, 400), timed(2, 600, { by: 'typed' })] });
    await make({ turns: [timed(1, 1000), old(2, { trace: {} })] });
    const { code, stdout } = await run('latency', '--turns');
    expect(code).toBe(0);
    expect(stdout).toContain('3 turns of 2 sessions');
    expect(stdout).toMatch(/sent +p50 0\.60 s {2}p95 1\.00 s {2}\(3\)/);
    expect(stdout).toMatch(/Time to: e end of turn, .*m first token/);
    expect(stdout).toMatch(new RegExp(`^${one.slice(0, 8)} +2 typed +0\\.60 s {2}m{20}s{4}$`, 'm'));
    expect(stdout).toMatch(/ 1\.00 s {2}m{36}s{4}$/m);
  });

  it('is of one session, one kind of turn or one user when asked for', async () => {
    const turns = [timed(1, 400), timed(2, 600, { by: 'typed' })];
    const one = await make({ about: { user: 'taro' }, turns });
    await make({ turns: [timed(1, 1000)] });
    const stages = async (...argv: string[]): Promise<unknown> => {
      const { turns: count, stages: figures } = JSON.parse((await run('latency', ...argv, '--json')).stdout);
      const sent = figures.find(({ stage }: { stage: string }) => stage === 'sent');
      return [count, sent.p50Ms, sent.maxMs];
    };
    expect(await stages()).toEqual([3, 600, 1000]);
    expect(await stages(one.slice(0, 8))).toEqual([2, 400, 600]);
    expect(await stages('--user', 'taro')).toEqual([2, 400, 600]);
    expect(await stages('--by', 'voice')).toEqual([2, 400, 1000]);
    expect((await run('latency', one, '--user', 'taro')).code).toBe(2);
  });

  it('says that nothing is known', async () => {
    const { code, stdout, stderr } = await run('latency');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('No turn with times');
  });
});

describe('export of a kept session', () => {
  const constant = (ms: number, sample: number): Int16Array => new Int16Array(ms * 16).fill(sample);
  const sounds = { user: constant(1700, 100), avatar: constant(2000, 200) };
  const spoken = old(1, { startedAtMs: BEGIN, speechEndAtMs: BEGIN + 1500 });

  /** Begun when the first words came, as a session that is begun just then. */
  async function spokenSession(): Promise<string> {
    return make({ about: { user: 'taro' }, turns: [spoken], sounds });
  }

  it('writes a TextGrid and the sound of both sides beside it, with the same times', async () => {
    const id = await spokenSession();
    const out = join(folder, '..', 'talk.TextGrid');
    const { code, stdout } = await run(
      ...['export', id.slice(0, 8), '--format', 'textgrid', '--out', out, '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ session: id, recordings: 2, tiers: { user: 1, avatar: 1 } });
    const { tiers, xmax } = parseTextGrid(readFileSync(out, 'utf8'));
    expect(tiers.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'user IntervalTier',
      'avatar IntervalTier',
      'heard IntervalTier',
      'tools IntervalTier',
      'interruptions TextTier',
    ]);
    const user = tiers[0]?.entries.find(({ text }) => text !== '');
    expect(user).toEqual({ from: 0, to: 1.5, text: '質問 1 👋' });
    const wav = readFileSync(out.replace('.TextGrid', '.wav'));
    expect(wav.readUInt16LE(22)).toBe(2);
    expect((wav.byteLength - 44) / 64).toBe(xmax * 1000);
    const at = (ms: number): readonly number[] => [0, 2].map((side) => wav.readInt16LE(44 + 64 * ms + side));
    expect([at(0), at(1699), at(1700), at(2199), at(2200), at(4199)]).toEqual([
      [100, 0],
      [100, 0],
      [0, 0],
      [0, 0],
      [0, 200],
      [0, 200],
    ]);
  });

  it('takes the folder too, in EAF that names the sound, CSV and JSON lines', async () => {
    const id = await spokenSession();
    const out = join(folder, '..', 'talk.eaf');
    const place = join(folder, id);
    const { code, stderr } = await runWith({}, 'export', place, '--format', 'eaf', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/talk\.eaf and .*talk\.wav: \d+\.\d s of session [0-9a-f]{32} \(1 user, 1 avatar/);
    const document = parseXml(readFileSync(out, 'utf8'));
    const media = document.children[0]?.children.find(({ name }) => name === 'MEDIA_DESCRIPTOR');
    expect(media?.attributes['MEDIA_URL']).toBe('./talk.wav');
    const rows = parseCsv((await runWith({}, 'export', place, '--format', 'csv')).stdout);
    expect(rows.map(([tier]) => tier)).toEqual(['tier', 'user', 'avatar', 'heard']);
    const lines = (await runWith({}, 'export', join(place, 'turns.jsonl'), '--format', 'jsonl')).stdout;
    expect(JSON.parse(lines.split('\n')[0] ?? '')).toMatchObject({ kind: 'conversation', user: 'taro' });
    expect(existsSync(join(place, 'turns.jsonl'))).toBe(true);
  });

  it('writes no sound where none was kept, and says so when it is asked for', async () => {
    const id = await make({ turns: [spoken] });
    const out = join(folder, '..', 'silent.eaf');
    expect((await run('export', id, '--format', 'eaf', '--out', out)).code).toBe(0);
    expect(existsSync(join(folder, '..', 'silent.wav'))).toBe(false);
    expect(readFileSync(out, 'utf8')).not.toContain('MEDIA_DESCRIPTOR');
    const asked = await run('export', id, '--format', 'csv', '--sound', join(folder, '..', 'silent.wav'));
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('keep.recordings');
  });

  it('writes over nothing that it reads', async () => {
    const id = await spokenSession();
    for (const name of ['turns.jsonl', '0001-user.wav']) {
      const { code } = await run('export', id, '--format', 'csv', '--out', join(folder, id, name));
      expect(code).toBe(2);
    }
    expect(readFileSync(join(folder, id, 'turns.jsonl'), 'utf8')).toContain('"kind":"begin"');
  });

  it('leaves out a recording that cannot be read, and says which', async () => {
    const id = await spokenSession();
    writeFileSync(join(folder, id, '0001-user.wav'), 'not a sound at all, but long enough to be looked at');
    const out = join(folder, '..', 'half.TextGrid');
    const { code, stderr } = await run('export', id, '--format', 'textgrid', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Left out: .*0001-user\.wav/);
  });

  it('says what it takes when it is given something else', async () => {
    mkdirSync(folder, { recursive: true });
    const { code, stderr } = await run('export', folder, '--format', 'csv');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--record.*kept conversation/);
  });
});
