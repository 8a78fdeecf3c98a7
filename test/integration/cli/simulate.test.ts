import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../daemon/rig.js';
import { type CliRig, cliRig, wav } from './rig.js';

describe('simulate', () => {
  let rig: CliRig;
  beforeAll(() => {
    rig = cliRig();
    rig.file('one.wav', wav(300));
  });
  afterAll(() => rig.close());

  it.each([
    ['ws-listen', '/chat'],
    ['tcp-listen', ''],
    ['tcp', ''],
  ])('stands at the other end of a %s: link as a real MMDAgent-EX would', async (kind, path) => {
    const link = `avatar=${kind}://127.0.0.1:${await freePort()}${path}`;
    const simulator = rig.start(
      'simulate',
      '--link',
      link,
      '--wav',
      `${kind}.wav`,
      '--load-ms',
      '0',
      '--json',
    );
    const played = await rig.run(
      'play',
      'one.wav',
      '--link',
      link,
      '--daemon',
      kind,
      '--ready-timeout-ms',
      '10000',
    );
    expect(played).toMatchObject({ code: 0 });
    const refused = await rig.run('daemon', 'stop', '--daemon', kind);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('BRIDGE_ERR_DAEMON_IN_USE') });
    simulator.child.kill('SIGINT');
    const { code, stdout } = await simulator.ended;
    expect(code).toBe(0);
    const report = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string })
      .at(-1);
    expect(report).toMatchObject({ kind: 'report', deaths: [], wedges: [], violations: [] });
    expect(statSync(join(rig.directory, `${kind}.wav`)).size).toBeGreaterThan(44 + 300 * 32);
    const stopped = await rig.run('daemon', 'stop', '--daemon', kind, '--force');
    expect(stopped.code).toBe(0);
  });

  it('dies with its connection, as on Linux, and says so', async () => {
    const link = `avatar=tcp-listen://127.0.0.1:${await freePort()}`;
    const simulator = rig.start('simulate', '--link', link, '--load-ms', '0');
    expect((await rig.run('send', 'A|1', '--link', link, '--daemon', 'dying')).code).toBe(0);
    const forced = await rig.run('daemon', 'stop', '--daemon', 'dying', '--force');
    expect(forced).toMatchObject({ code: 0, stderr: expect.stringContaining('it ends with its connection') });
    expect((await simulator.ended).code).toBe(1);
  });
});
