import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRig, cliRig } from './rig.js';

describe('keys', () => {
  let rig: CliRig;
  beforeAll(() => {
    rig = cliRig();
    rig.env['XDG_CONFIG_HOME'] = rig.directory;
  });
  afterAll(() => rig.close());

  it('adds keys that are shown once, lists them, and takes them back', async () => {
    const file = join(rig.directory, 'mmdagent-bridge', 'keys.json');
    expect((await rig.run('keys', 'list')).stderr).toContain('There are no keys');
    const added = await rig.run('keys', 'add', 'phone', '--role', 'operator', '--note', 'on the desk');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^mab_[\w-]{44}\n$/) });
    const key = added.stdout.trim();
    expect(added.stderr).not.toContain(key);
    expect(readFileSync(file, 'utf8')).not.toContain(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await rig.run('keys', 'add', 'tablet', '--json');
    expect(JSON.parse(second.stdout)).toEqual({
      name: 'tablet',
      role: 'client',
      key: expect.stringMatching(/^mab_/),
      file,
    });
    const listed = await rig.run('keys', 'list');
    expect(listed.stdout).toMatch(
      /^phone {3}operator {2}mab_[\w-]{6}… {2}\d{4}-\d\d-\d\d {2}on the desk\ntablet {2}client/,
    );
    expect(listed.stdout).not.toContain(key);
    expect((await rig.run('keys', 'remove', 'phone')).code).toBe(0);
    const left = JSON.parse((await rig.run('keys', 'list', '--json')).stdout) as { keys: { name: string }[] };
    expect(left.keys.map(({ name }) => name)).toEqual(['tablet']);
    expect((await rig.run('keys', 'remove', 'tablet')).stderr).toContain('It was the last');
  }, 60_000);

  it('uses the file that the settings name for the server', async () => {
    const config = rig.file('config.yaml', 'serve:\n  keyFile: servers.json\n');
    await rig.run('keys', 'add', 'kiosk', '--config', config);
    const listed = JSON.parse((await rig.run('keys', 'list', '--config', config, '--json')).stdout) as object;
    expect(listed).toMatchObject({ file: 'servers.json', keys: [{ name: 'kiosk', role: 'client' }] });
  }, 60_000);

  it('says what is wrong', async () => {
    const file = rig.file('others.json', '{}');
    chmodSync(join(rig.directory, file), 0o644);
    await rig.run('keys', 'add', 'phone');
    const table: [string[], number, RegExp][] = [
      [['add', 'phone'], 1, /There is a key named phone already/],
      [['add', 'a b'], 2, /Expected a name of 1 to 63 letters/],
      [['add', 'x', '--role', 'root'], 2, /Given: "root"/],
      [['add', 'x', '--note', 'a\nb'], 2, /a --note of one line/],
      [['remove', 'phon'], 1, /There is no key of this name: did you mean phone\?/],
      [['list', '--keys-file', file], 1, /chmod 600/],
      [[], 2, /Expected keys add, list or remove/],
    ];
    for (const [args, code, message] of table) {
      const ended = await rig.run('keys', ...args);
      expect(ended).toMatchObject({ code, stderr: expect.stringMatching(message) });
    }
  }, 60_000);
});

describe('cert', () => {
  let rig: CliRig;
  beforeAll(() => {
    rig = cliRig();
    rig.env['XDG_CONFIG_HOME'] = rig.directory;
  });
  afterAll(() => rig.close());

  it('writes a certificate for this machine, and not over one that is there', async () => {
    const made = await rig.run('cert', 'bridge.local', '192.168.77.7', '--days', '30', '--json');
    expect(made.code).toBe(0);
    const told = JSON.parse(made.stdout) as { certFile: string; keyFile: string; hosts: string[] };
    expect(told.hosts).toEqual(
      expect.arrayContaining(['localhost', '127.0.0.1', 'bridge.local', '192.168.77.7']),
    );
    expect(readFileSync(told.certFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(statSync(told.keyFile).mode & 0o777).toBe(0o600);
    expect(await rig.run('cert')).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') });
    const replaced = await rig.run('cert', '--replace');
    expect(replaced).toMatchObject({ code: 0, stdout: expect.stringMatching(/SHA-256 {6}[0-9A-F:]{95}\n/) });
    expect((await rig.run('cert', '--replace', '--days', '1000')).code).toBe(2);
    expect((await rig.run('cert', 'https://x', '--replace')).stderr).toContain('Expected a name or address');
  }, 60_000);
});
