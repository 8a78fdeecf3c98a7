import { existsSync, readFileSync, statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINDING_AREAS, type Finding, type FindingText } from '../../../src/doctor/index.js';
import { freePort } from '../../support/free-port.js';
import { type CliRig, cliRig } from '../cli/rig.js';

const KEY = 'planted-Key-of-the-bridge-4711';
const TOKEN = 'plantedTOKENof42characters';

type Line = Finding & FindingText;

describe('doctor', () => {
  let rig: CliRig;
  let quiet: readonly string[];
  let link: string;
  beforeAll(async () => {
    quiet = ['--no-tone', '--page-port', String(await freePort())];
    link = `ws-listen://127.0.0.1:${await freePort()}`;
    rig = cliRig();
    rig.env['BRIDGE_KEY'] = KEY;
    rig.file('log.jsonl', `{"path":"/${TOKEN}","remoteAddress":"203.0.113.9","folder":"${rig.directory}"}\n`);
  });
  afterAll(() => rig.close());

  async function lines(...args: string[]): Promise<{ readonly found: Line[]; readonly code: unknown }> {
    const { stdout, code, stderr } = await rig.run('doctor', '--json', ...quiet, ...args);
    expect(stderr).toBe('');
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    return { found, code };
  }

  it('tells of every area as JSON lines, and starts no daemon', async () => {
    rig.file('empty.mdf', '');
    const { found } = await lines('empty.mdf', '--link', `${link}/chat`);
    for (const area of FINDING_AREAS) {
      expect(found.map((finding) => finding.area)).toContain(area);
    }
    for (const { text, id } of found) expect(text, id).not.toMatch(/^$|\{[a-z]+\}/i);
    expect(found.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['peer.noDaemon', 'mdf.missing', 'ports.free']),
    );
    expect(found.filter(({ id }) => id.startsWith('check.'))).toEqual([]);
    expect(existsSync(join(rig.directory, 'mmdagent-bridge', 'daemon.sock'))).toBe(false);
  });

  it('ends with 1 when something is broken, and tells how to mend it', async () => {
    rig.file('broken.mdf', 'Plugin_Remote_EnableServer=true\n');
    const args = ['broken.mdf', ...quiet, '--link', `${link}/chat`];
    const { code, stdout, stderr } = await rig.run('doctor', ...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/✗ .*broken\.mdf: Plugin_Remote_EnableServer=true switches/);
    expect(stdout).toMatch(/\n {6}Remove the line or put # before it/);
    expect(stdout).toMatch(/\nErrors: \d+, warnings: \d+\.\n$/);
  });

  it.each([
    [['--language', 'ja'], {}],
    [[], { LANG: 'ja_JP.UTF-8' }],
  ])('speaks Japanese with %j and %j', async (args, env) => {
    Object.assign(rig.env, env);
    const { stdout } = await rig.run('doctor', ...quiet, ...args);
    delete rig.env['LANG'];
    expect(stdout).toMatch(/^プログラム\n {2}✓ /);
    expect(stdout).toMatch(/(エラー \d+ 件|問題は見つかりませんでした)/);
  });

  it('finds the running daemon and its avatars, and leaves them', async () => {
    await rig.run('daemon', 'start', '--daemon', 'looked-at', '--link', 'simulator:');
    const { found } = await lines('--daemon', 'looked-at', '--link', 'simulator:');
    const ids = found.map(({ id }) => id);
    expect(ids).toContain('peer.daemon');
    // The simulator may still be loading.
    expect(ids.filter((id) => id === 'peer.ready' || id === 'peer.waiting')).toHaveLength(1);
    const { stdout } = await rig.run('daemon', 'status', '--daemon', 'looked-at', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ lanes: [{ lane: 'simulator' }] });
  });

  it('writes a report for others that only the user can read, without what was planted', async () => {
    const { code, stderr } = await rig.run(
      'doctor',
      ...quiet,
      '--bundle',
      'report.json',
      '--log-file',
      join(rig.directory, 'log.jsonl'),
      '--link',
      `${link}/room/${TOKEN}`,
    );
    expect(code).not.toBe(2);
    expect(stderr).toContain('report.json was written');
    const path = join(rig.directory, 'report.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    for (const secret of [KEY, TOKEN, '203.0.113.9']) expect(text).not.toContain(secret);
    for (const name of [userInfo().username, hostname()])
      expect(text).not.toMatch(new RegExp(`\\b${name}\\b`, 'i'));
    expect(JSON.parse(text)).toMatchObject({
      report: 'mmdagent-bridge doctor',
      log: [expect.stringContaining('path')],
    });
  });

  it('says when the report cannot be written', async () => {
    const { code, stderr } = await rig.run('doctor', ...quiet, '--bundle', 'no/such/folder/report.json');
    expect(code).toBe(1);
    expect(stderr).toContain('BRIDGE_ERR_FILE_WRITE');
  });

  it('ends at once on Ctrl-C', async () => {
    const running = rig.start('doctor', ...quiet);
    await running.says(/Programs|Ports/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});
