import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRig, cliRig, wav } from './rig.js';

describe('Commands with a simulator', () => {
  let rig: CliRig;
  beforeAll(async () => {
    rig = cliRig();
    rig.file('one.wav', wav(300));
    rig.file('two.wav', wav(200));
    await rig.run('daemon', 'start', '--link', 'simulator:');
  });
  afterAll(() => rig.close());

  it('start a daemon in the background, say so, and leave it running', async () => {
    const first = await rig.run('play', 'one.wav', '--daemon', 'auto', '--link', 'simulator:');
    expect(first.stderr).toMatch(/Started the daemon in the background \(pid \d+\).*daemon stop/);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain('one.wav: spoken, 0.3 s');
    const second = await rig.run('play', 'two.wav', '--daemon', 'auto');
    expect(second.stderr).not.toContain('Started');
    expect(second.code).toBe(0);
    const mode = statSync(join(rig.directory, 'mmdagent-bridge', 'auto.sock')).mode & 0o777;
    expect(mode).toBe(0o600);
  });

  it('status: shows links, avatars and clients', async () => {
    const { code, stdout } = await rig.run('daemon', 'status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/lane simulator {2}model 0 {2}ready.*\(simulator\)/);
    const { stdout: json } = await rig.run('daemon', 'status', '--json');
    expect(JSON.parse(json)).toMatchObject({
      isInUse: false,
      lanes: [{ lane: 'simulator', connections: 1, isSimulator: true }],
    });
  });

  it('play: reads several files and standard input, and tells each in JSON', async () => {
    const playing = rig.start('play', 'one.wav', '-', '--json');
    playing.child.stdin?.end(wav(150));
    const { code, stdout, stderr } = await playing.ended;
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { file: 'one.wav', lane: 'simulator', reason: 'completed', heardMs: 300 },
      { file: '-', lane: 'simulator', reason: 'completed', heardMs: 150 },
    ]);
  });

  it('play: ties messages to positions, raw sound in real time', async () => {
    rig.file('ties.txt', '# a comment\n\n100 CLI_TIE|b\n0 CLI_TIE|a\n');
    const monitor = rig.start('monitor', '--filter', '^CLI_TIE');
    await monitor.says(/lane simulator: ready/);
    expect((await rig.run('play', 'one.wav', '--timed', 'ties.txt')).code).toBe(0);
    const live = rig.start('play', '-', '--raw', '16000:1:s16le', '--live');
    live.child.stdin?.end(wav(200).subarray(44));
    expect((await live.ended).code).toBe(0);
    monitor.child.kill('SIGINT');
    const { code, stdout } = await monitor.ended;
    expect(code).toBe(0);
    const sent = stdout.split('\n').filter((line) => line.includes('>'));
    expect(sent.map((line) => line.slice(-9))).toEqual(['CLI_TIE|a', 'CLI_TIE|b']);
  });

  it('send: takes arguments, standard input and timed files', async () => {
    const monitor = rig.start('monitor', '--json', '--filter', 'CLI_SEND');
    // With --json nothing is said before something happens: ask the daemon whether it is there.
    for (let clients = 0; clients < 2; ) {
      clients = (JSON.parse((await rig.run('daemon', 'status', '--json')).stdout) as { clients: number })
        .clients;
    }
    expect(await rig.run('send', 'CLI_SEND|1', 'CLI_SEND|2', '--json')).toMatchObject({
      code: 0,
      stdout: '{"lane":"simulator","message":"CLI_SEND|1"}\n{"lane":"simulator","message":"CLI_SEND|2"}\n',
    });
    const piped = rig.start('send', '-');
    piped.child.stdin?.end('CLI_SEND|3\n\nCLI_SEND|4\n');
    expect((await piped.ended).code).toBe(0);
    rig.file('lines.txt', '50 CLI_SEND|6\n0 CLI_SEND|5\n');
    expect((await rig.run('send', '--file', 'lines.txt')).code).toBe(0);
    monitor.child.kill('SIGINT');
    const lines = (await monitor.ended).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string });
    expect(lines.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `CLI_SEND|${n}`));
  });

  it('mdf: prints, checks and writes what MMDAgent-EX needs', async () => {
    const printed = await rig.run('mdf', '--link', 'ws-listen://127.0.0.1:9001/chat');
    const asJson = await rig.run('mdf', '--link', 'ws-listen://127.0.0.1:9001/chat', '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ lines: printed.stdout.trimEnd().split('\n') });
    expect(printed.code).toBe(0);
    expect(printed.stdout).toContain('Plugin_Remote_Websocket_Port=9001');
    rig.file('main.mdf', 'http_server=true\n');
    const checked = await rig.run('mdf', 'main.mdf', '--json');
    expect((JSON.parse(checked.stdout) as { changes: unknown[] }).changes.length).toBeGreaterThan(0);
    expect(readFileSync(join(rig.directory, 'main.mdf'), 'utf8')).toBe('http_server=true\n');
    expect((await rig.run('mdf', 'main.mdf', '--write')).code).toBe(0);
    expect(readFileSync(join(rig.directory, 'main.mdf'), 'utf8')).toContain('Plugin_Remote_');
    expect(existsSync(join(rig.directory, 'main.mdf.bak'))).toBe(true);
  });

  it('config show: tells where each value comes from and hides secrets', async () => {
    rig.env['BRIDGE_KEY'] = 'a-very-secret-key';
    rig.file('settings.json', JSON.stringify({ leadMs: 120 }));
    const args = ['config', 'show', '--json', '--config', 'settings.json', '--model', '1'];
    const { code, stdout } = await rig.run(...args);
    delete rig.env['BRIDGE_KEY'];
    expect(code).toBe(0);
    expect(stdout).not.toContain('a-very-secret-key');
    expect(JSON.parse(stdout)).toMatchObject({
      leadMs: { value: 120, origin: 'file' },
      model: { value: '1', origin: 'flag' },
      aheadMs: { origin: 'default' },
      key: { origin: 'env' },
    });
  });

  it('config show: names the variable of a key that stands only in the environment, and never the key', async () => {
    rig.env['OPENAI_API_KEY'] = 'sk-a-very-secret-key';
    const asText = await rig.run('config', 'show');
    const asJson = await rig.run('config', 'show', '--json');
    delete rig.env['OPENAI_API_KEY'];
    expect(asText.code).toBe(0);
    expect(asText.stdout).toMatch(/^llmEngines\.openai\.apiKey +from the environment \(OPENAI_API_KEY\)$/m);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      'engines.openai.apiKey': { value: '***', origin: 'env', variable: 'OPENAI_API_KEY' },
    });
    expect(asText.stdout + asText.stderr + asJson.stdout).not.toContain('very-secret');
  });

  it('--foreground: plays with a daemon of its own that ends with it', async () => {
    const { code, stderr } = await rig.run(
      'play',
      'one.wav',
      '--foreground',
      '--daemon',
      'own',
      '--link',
      'simulator:',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('one.wav: spoken');
    expect((await rig.run('daemon', 'status', '--daemon', 'own')).code).toBe(3);
  });

  it('--close: ends the link afterwards', async () => {
    const played = await rig.run('play', 'one.wav', '--daemon', 'closing', '--link', 'simulator:', '--close');
    expect(played.code).toBe(0);
    expect(played.stderr).toContain('Closing the link simulator');
    const { stdout } = await rig.run('daemon', 'status', '--daemon', 'closing', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ links: [], lanes: [] });
    expect((await rig.run('daemon', 'stop', '--daemon', 'closing')).code).toBe(0);
  });

  it('daemon: refuses a second one, stops, and is then not there', async () => {
    const second = await rig.run('daemon', 'start');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('BRIDGE_ERR_DAEMON_RUNNING') });
    expect((await rig.run('daemon', 'start', '--foreground')).code).toBe(1);
    expect((await rig.run('daemon', 'status')).code).toBe(0);
    const stopped = await rig.run('daemon', 'stop');
    expect(stopped).toMatchObject({ code: 0, stderr: 'The daemon has stopped\n' });
    expect((await rig.run('daemon', 'stop')).code).toBe(3);
    const started = await rig.run('daemon', 'start', '--link', 'simulator:', '--json');
    expect(started.code).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({ pid: expect.any(Number) });
  });

  it('many at once without a daemon start one and all get through', async () => {
    await rig.run('daemon', 'stop');
    const all = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => rig.run('send', `RACE|${n}`, '--link', 'simulator:')),
    );
    expect(all.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0, 0, 0, 0]);
    expect((await rig.run('daemon', 'status')).code).toBe(0);
  });
});
