import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeClient, openLocal } from '../../../src/client/index.js';
import { clock, until, wait } from '../daemon/rig.js';
import { type CliRig, cliRig, wav } from './rig.js';

describe('Exit codes', () => {
  let rig: CliRig;
  /** Sees what the daemon does: how long a command takes to begin is the machine's affair. */
  let client: BridgeClient;
  beforeAll(async () => {
    rig = cliRig();
    rig.file('good.wav', wav(200));
    rig.file('text.wav', 'no sound at all\n'.repeat(50));
    rig.file('empty.wav', '');
    rig.file('broken.yaml', 'links: [unclosed\n\t{');
    rig.file('unknown.json', '{"noSuchSetting": 1}');
    rig.file('bad-times.txt', 'soon MOTION|1\n');
    await rig.run('daemon', 'start', '--link', 'simulator:');
    const socket = join(rig.directory, 'mmdagent-bridge', 'daemon.sock');
    client = await BridgeClient.connect({ open: () => openLocal(socket), client: 'test', clock });
  });
  afterAll(async () => {
    client.close();
    await rig.close();
  });

  const isSpeaking = async (): Promise<boolean> =>
    (await client.request('status', {})).lanes.some((lane) => lane.isSpeaking);

  it.each<[number, string, string[]]>([
    [0, '', ['--help']],
    [0, '', ['play', '--help']],
    [0, '', ['--version']],
    [1, 'BRIDGE_ERR_AUDIO_UNREADABLE', ['play', 'missing.wav']],
    [1, 'BRIDGE_ERR_AUDIO_FORMAT', ['play', 'text.wav']],
    [1, 'BRIDGE_ERR_AUDIO_EMPTY', ['play', 'empty.wav']],
    [2, 'BRIDGE_ERR_USAGE', []],
    [2, 'BRIDGE_ERR_USAGE', ['dance']],
    [2, 'BRIDGE_ERR_USAGE', ['play']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--no-such-flag']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--gain-db', '3dB']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--raw', '16000']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--timed', 'bad-times.txt']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--timed', 'missing.txt']],
    [2, 'BRIDGE_ERR_USAGE', ['play', 'good.wav', '--if-busy', 'shout']],
    [2, 'BRIDGE_ERR_USAGE', ['send']],
    [2, 'BRIDGE_ERR_USAGE', ['monitor', '--filter', '(']],
    [2, 'BRIDGE_ERR_USAGE', ['simulate', '--fps', 'fast']],
    [2, 'BRIDGE_ERR_USAGE', ['daemon']],
    [2, 'BRIDGE_ERR_CONFIG_INVALID', ['play', 'good.wav', '--lead-ms', '80x']],
    [2, 'BRIDGE_ERR_CONFIG_INVALID', ['play', 'good.wav', '--lead-ms', '-1']],
    [2, 'BRIDGE_ERR_CONFIG_INVALID', ['config', 'show', '--config', 'unknown.json']],
    [2, 'BRIDGE_ERR_CONFIG_UNREADABLE', ['config', 'show', '--config', 'broken.yaml']],
    [2, 'BRIDGE_ERR_CONFIG_UNREADABLE', ['config', 'show', '--config', 'missing.yaml']],
    [2, 'BRIDGE_ERR_CONFIG_LINK', ['play', 'good.wav', '--link', 'gopher://x']],
    [2, 'BRIDGE_ERR_LANE_UNKNOWN', ['play', 'good.wav', '--lane', 'nobody']],
    [2, 'BRIDGE_ERR_MESSAGE_FORBIDDEN', ['send', 'PLUGIN_DISABLE|Remote']],
    [2, 'BRIDGE_ERR_MESSAGE_TYPE', ['send', '__AV_END']],
    [2, 'BRIDGE_ERR_MESSAGE_TYPE', ['send', 'SNDSTRM']],
    [2, 'BRIDGE_ERR_MESSAGE_ARGUMENT', ['send', 'A|1\nB|2']],
    [2, 'BRIDGE_ERR_MESSAGE_TOO_LONG', ['send', `A|${'x'.repeat(1900)}`]],
    [3, 'BRIDGE_ERR_DAEMON_UNREACHABLE', ['daemon', 'status', '--daemon', 'nobody']],
    [3, 'BRIDGE_ERR_DAEMON_UNREACHABLE', ['send', 'A|1', '--daemon', 'ws://127.0.0.1:1']],
    [
      3,
      'BRIDGE_ERR_LANE_NOT_READY',
      ['send', 'A|1', '--link', 'away=tcp://127.0.0.1:1', '--lane', 'away', '--ready-timeout-ms', '300'],
    ],
  ])('%i %s: %j', async (code, error, args) => {
    const ended = await rig.run(...args);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(error) });
    expect(ended.stderr).not.toMatch(/Unexpected error|\n {4}at /);
    if (code !== 0) expect(ended.stdout).toBe('');
  });

  it('come with a JSON answer when asked for', async () => {
    const { code, stdout } = await rig.run('play', 'missing.wav', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'BRIDGE_ERR_AUDIO_UNREADABLE' } });
  });

  it('130 after Ctrl-C, and the sound that the daemon has is spoken', async () => {
    rig.file('long.wav', wav(8000));
    const playing = rig.start('play', 'long.wav', '--json');
    await until(isSpeaking);
    await wait(1000);
    playing.child.kill('SIGINT');
    const { code, stdout } = await playing.ended;
    expect(code).toBe(130);
    const { reason, heardMs } = JSON.parse(stdout) as { reason: string; heardMs: number };
    expect(reason).toBe('completed');
    expect(heardMs).toBeGreaterThan(1000);
    expect(heardMs).toBeLessThan(6000);
  });

  it('130 at once after Ctrl-C twice', async () => {
    const playing = rig.start('play', 'long.wav', 'long.wav', '--json');
    await until(isSpeaking);
    await wait(500);
    playing.child.kill('SIGINT');
    await wait(100);
    playing.child.kill('SIGINT');
    const quitAtMs = performance.now();
    const { code, stdout } = await playing.ended;
    expect(performance.now() - quitAtMs).toBeLessThan(1000);
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ reason: 'interrupted' });
  });

  it('130 after Ctrl-C while standard input says nothing', async () => {
    for (const args of [
      ['play', '-'],
      ['play', '-', '--raw', '16000:1:s16le'],
      ['send', '-'],
    ]) {
      const waiting = rig.start(...args);
      waiting.type(args.includes('--raw') ? wav(200).subarray(44) : '');
      // It is there, and what it reads next never comes.
      await until(async () => (await client.request('status', {})).clients > 1);
      await wait(200);
      waiting.child.kill('SIGINT');
      const atMs = performance.now();
      expect((await waiting.ended).code).toBe(130);
      expect(performance.now() - atMs).toBeLessThan(1500);
    }
  });
});
