import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLinkUrl } from '../../../src/config/index.js';
import { commandsCheck, splitCommand } from '../../../src/doctor/checks/mdf-commands.js';
import { mdfCheck } from '../../../src/doctor/checks/mdf-file.js';
import { mdfFor } from '../../../src/mdf/index.js';
import { type FakeMachine, fakeDaemon, findingsOf, levelsAndIds, procFiles } from './rig.js';

const good = (url = 'ws-listen://127.0.0.1:9001/chat') => `${mdfFor(parseLinkUrl(url)).join('\n')}\n`;
const content = (mdf: string | Uint8Array, more: FakeMachine = {}): FakeMachine => ({
  ...more,
  files: { '/c/main.mdf': mdf, ...more.files },
  options: { content: '/c/main.mdf', ...more.options },
});

describe('Settings of MMDAgent-EX', () => {
  it('say that no .mdf was given', async () => {
    expect(levelsAndIds(await findingsOf(mdfCheck))).toEqual(['info mdf.none']);
  });

  it('say that there is none where it was looked for', async () => {
    expect(await findingsOf(mdfCheck, { options: { content: '/nowhere' } })).toMatchObject([
      { id: 'mdf.notFound', level: 'error', values: { path: '/nowhere' } },
    ]);
  });

  it('fit', async () => {
    expect(levelsAndIds(await findingsOf(mdfCheck, content(good())))).toEqual(['ok mdf.fits']);
  });

  it('are found in a folder, main.mdf before others', async () => {
    const machine = content(good(), { files: { '/c/a.mdf': '' }, options: { content: '/c' } });
    const found = await findingsOf(mdfCheck, machine);
    expect(levelsAndIds(found)).toEqual(['info mdf.several', 'ok mdf.fits']);
    expect(found[0]?.values).toMatchObject({ count: 2, file: '/c/main.mdf' });
  });

  it('are found at a running MMDAgent-EX', async () => {
    const { files = {}, symlinks = {} } = procFiles([], { 42: ['/opt/mmd/MMDAgent-EX', 'content/main.mdf'] });
    const machine = {
      files: { ...files, '/c/content/main.mdf': good() },
      // It has gone into the folder of its .mdf.
      symlinks: { ...symlinks, '/proc/42/cwd': '/c/content' },
    };
    expect((await findingsOf(mdfCheck, machine))[0]).toMatchObject({
      id: 'mdf.fits',
      values: { file: '/c/content/main.mdf' },
    });
  });

  it.each([
    [/RetryCount=\d+/, 'RetryCount=4', 'warning mdf.retryCount', { found: '4', wanted: 1_000_000 }],
    [/Plugin_Remote_RetryCount=\d+\n/, '', 'warning mdf.retryMissing', { wanted: 1_000_000 }],
    [
      '=/chat',
      '=/Chat',
      'error mdf.wrongValue',
      { key: 'Plugin_Remote_Websocket_Directory', found: '/Chat', wanted: '/chat' },
    ],
    ['=9001', '=9002', 'error mdf.wrongValue', { found: '9002', wanted: '9001' }],
    [
      /Plugin_Remote_Websocket_Port.*\n/,
      '',
      'error mdf.missing',
      { key: 'Plugin_Remote_Websocket_Port', wanted: '9001' },
    ],
    [
      'http_server=false',
      'Plugin_Remote_EnableServer=true\nhttp_server=false',
      'error mdf.rivalKey',
      { found: 'true' },
    ],
    ['http_server=false', '', 'warning mdf.httpServer', {}],
    [
      'http_server=false',
      'http_server=false\nPlugin_Remote_Port =1',
      'warning mdf.hiddenKey',
      { key: 'Plugin_Remote_Port' },
    ],
    ['http_server=false', 'http_server=false\ndisablePlugin=Remote', 'error mdf.pluginDisabled', {}],
  ] as const)('find %s as %j', async (from, to, expected, values) => {
    const text = good().replace(from, to);
    const found = await findingsOf(mdfCheck, content(text));
    expect(levelsAndIds(found)).toEqual([expected]);
    expect(found[0]?.values).toMatchObject(values);
  });

  it('are compared with the link that they fit best', async () => {
    const machine = content(good('tcp://127.0.0.1:50001'), {
      config: { links: ['ws-listen://127.0.0.1:9001/chat', 'simulator:', 'avatar=tcp://127.0.0.1:50001'] },
    });
    expect((await findingsOf(mdfCheck, machine))[0]).toMatchObject({
      id: 'mdf.fits',
      values: { link: 'avatar' },
    });
  });

  it('count what the .mdf beside the program says', async () => {
    const { files = {}, symlinks = {} } = procFiles([], { 42: ['/opt/mmd/MMDAgent-EX', '/c/main.mdf'] });
    const machine: FakeMachine = {
      files: {
        ...files,
        '/opt/mmd/MMDAgent-EX.mdf': 'Plugin_Remote_EnableServer=true',
        '/c/main.mdf': good(),
      },
      symlinks,
    };
    expect(levelsAndIds(await findingsOf(mdfCheck, machine))).toEqual(['error mdf.rivalKey']);
  });

  it('show no token that a path holds', async () => {
    const token = 'abcdefghij0123456789';
    const links = [`ws-listen://127.0.0.1:9001/room/${token}`];
    const wrong = content(good().replace('/chat', `/room/x${token}`), { config: { links } });
    const [found] = await findingsOf(mdfCheck, wrong);
    expect(found?.id).toBe('mdf.wrongValue');
    expect(found?.values).toMatchObject({ found: '/room/***', wanted: '/room/***' });
  });

  it.each([
    ['\uFEFFhttp_server=true\n', 'warning mdf.byteOrderMark'],
    ['\uFEFF\n', undefined],
    [new Uint8Array(Buffer.from(`${good()}name=\x83\x81`, 'latin1')), 'info mdf.notUtf8'],
    [new Uint8Array(Buffer.from(good(), 'utf16le')), 'error mdf.unreadable'],
    [Uint8Array.from({ length: 4096 }, (_, n) => (n * 7919 + (n >> 3)) & 0xff), 'error mdf.notText'],
  ])('tell of the encoding of %j', async (bytes, expected) => {
    const text = typeof bytes === 'string' ? bytes + good() : bytes;
    expect(levelsAndIds(await findingsOf(mdfCheck, content(text)))).toEqual(
      expected === undefined ? ['ok mdf.fits'] : expect.arrayContaining([expected]),
    );
  });

  it('fit a link that listens on every address, whichever they name', async () => {
    const links = ['ws-listen://0.0.0.0:9001/chat'];
    const there = good('ws-listen://192.168.1.5:9001/chat');
    expect(levelsAndIds(await findingsOf(mdfCheck, content(there, { config: { links } })))).toEqual([
      'ok mdf.fits',
    ]);
    const wrong = there.replace('=9001', '=9002');
    expect(levelsAndIds(await findingsOf(mdfCheck, content(wrong, { config: { links } })))).toEqual([
      'error mdf.wrongValue',
    ]);
  });

  it('are compared with what the daemon runs when the user names no link, as far as it tells', async () => {
    const daemon = fakeDaemon({
      links: [{ name: 'ws', url: 'ws-listen://127.0.0.1:7000/***', status: 'listening' }],
    });
    const options = { content: '/c/main.mdf', daemon };
    const fitting = content(good('ws-listen://127.0.0.1:7000/secret-token-0123456789'), { options });
    expect(levelsAndIds(await findingsOf(mdfCheck, fitting))).toEqual(['ok mdf.fits']);
    expect(levelsAndIds(await findingsOf(mdfCheck, content(good(), { options })))).toEqual([
      'error mdf.wrongValue',
    ]);
    const named = { ...content(good(), { options }), origins: { links: 'flag' } } as const;
    expect(levelsAndIds(await findingsOf(mdfCheck, named))).toEqual(['ok mdf.fits']);
  });

  it('say when a link cannot be compared', async () => {
    const machine = content(good(), { config: { links: ['ws-listen://127.0.0.1:0/chat'] } });
    expect(levelsAndIds(await findingsOf(mdfCheck, machine))).toEqual(['warning mdf.notOurLink']);
  });
});

describe('Programs that MMDAgent-EX starts', () => {
  const command = (value: string, more: FakeMachine = {}) =>
    findingsOf(commandsCheck, content(`Plugin_AnyScript_Command3=${value}\n`, more));

  it('are fine when installed, or in the folder of the content', async () => {
    expect(await command('python3 -u a.py', { programs: { python3: '' } })).toEqual([]);
    expect(await command('./run.sh', { files: { '/c/run.sh': '' } })).toEqual([]);
    expect(await command('"/opt/my app" x', { files: { '/opt/my app': '' } })).toEqual([]);
    const windows = (program: string) => ({ platform: 'win32' as const, programs: { [program]: '' } });
    expect(await command('python.exe x', windows('python.exe'))).toEqual([]);
    expect(await command('python x', windows('python.exe'))).toEqual([]);
    expect(await command('mmdagent-bridge daemon start', windows('mmdagent-bridge.cmd'))).toEqual([]);
  });

  it('are told when they are not there', async () => {
    expect(await command('nothere --flag')).toMatchObject([
      { id: 'mdf.commandNotFound', values: { key: 'Plugin_AnyScript_Command3', program: 'nothere' } },
    ]);
  });

  it('must not have an argument over 99 bytes, counted in bytes, except on Windows', async () => {
    const programs = { python3: '' };
    expect(await command(`python3 ${'a'.repeat(99)}`, { programs })).toEqual([]);
    expect(await command(`python3 ${'あ'.repeat(34)}`, { programs })).toMatchObject([
      { id: 'mdf.longArgument', level: 'error', values: { bytes: 102 } },
    ]);
    expect(
      await command(`python3 ${'a'.repeat(100)}`, { programs: { 'python3.exe': '' }, platform: 'win32' }),
    ).toEqual([]);
  });

  it('are split as MMDAgent-EX splits', () => {
    expect(splitCommand(`a  "b c" 'd "e' f"g`)).toEqual(['a', 'b c', 'd "e', 'f"g']);
    expect(splitCommand('"open end')).toEqual(['open end']);
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(splitCommand(text))));
  });
});
