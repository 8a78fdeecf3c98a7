import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/index.js';
import {
  addressesCheck,
  keyCheck,
  keyWeakness,
  remotePeersCheck,
} from '../../../src/doctor/checks/exposure.js';
import { argumentsCheck, filesCheck } from '../../../src/doctor/checks/secrets.js';
import { fakeDaemon, findingsOf, lane, levelsAndIds, procFiles } from './rig.js';

const KEY = '9f3c1ab27d4e5f60718293a4';
const TOKEN = 'zXy0123456789abcdefQ';

describe('Addresses', () => {
  const found = async (config: Partial<Config>) => levelsAndIds(await findingsOf(addressesCheck, { config }));

  it.each<[string, Partial<Config>, string[]]>([
    ['the defaults', {}, ['ok exposure.loopbackOnly']],
    [
      'a link for other machines',
      { links: ['tcp-listen://0.0.0.0:50002'], allow: ['10.0.0.5'] },
      ['warning exposure.link'],
    ],
    ['a link that lets nobody else in', { links: ['tcp-listen://0.0.0.0:50002'] }, ['info exposure.link']],
    [
      'a link for everybody',
      { links: ['ws-listen://0.0.0.0:9001/x'], allow: ['0.0.0.0/0'] },
      ['warning exposure.link', 'error exposure.allowAll'],
    ],
    [
      'a link for everybody by IPv6',
      { links: ['ws-listen://[::]:9001/x'], allow: ['::/0'] },
      ['warning exposure.link', 'error exposure.allowAll'],
    ],
    [
      'a link with TLS',
      { links: ['ws-listen://0.0.0.0:443/x'], allow: ['10.0.0.0/8'], linkTlsCert: '/c', linkTlsKey: '/k' },
      ['info exposure.linkTls'],
    ],
    ['a wide range that nothing listens for', { allow: ['0.0.0.0/0'] }, ['ok exposure.loopbackOnly']],
    ['a page for others', { pageHost: '0.0.0.0' }, ['warning exposure.page']],
    ['a page on IPv6 loopback', { pageHost: '[::1]' }, ['ok exposure.loopbackOnly']],
    [
      'a control port without TLS',
      { controlListen: '0.0.0.0:7000', key: KEY },
      ['error exposure.controlPlain'],
    ],
    [
      'a control port with TLS',
      { controlListen: '0.0.0.0:7000', key: KEY, controlTlsCert: '/c' },
      ['ok exposure.loopbackOnly'],
    ],
    [
      'a control port of this machine',
      { controlListen: '127.0.0.1:7000', key: KEY },
      ['ok exposure.loopbackOnly'],
    ],
    ['a remote daemon without TLS', { daemon: 'ws://10.0.0.9:7000' }, ['warning exposure.daemonPlain']],
    ['a remote daemon with TLS', { daemon: 'wss://10.0.0.9:7000' }, ['ok exposure.loopbackOnly']],
    ['a daemon through a tunnel', { daemon: 'ws://127.0.0.1:7000' }, ['ok exposure.loopbackOnly']],
  ])('of %s', async (_what, config, expected) => expect(await found(config)).toEqual(expected));
});

describe('Avatars', () => {
  it.each([
    ['192.168.1.9', ['info exposure.remotePeer']],
    ['::ffff:192.168.1.9', ['info exposure.remotePeer']],
    ['127.0.0.1', []],
    ['::ffff:127.0.0.1', []],
  ])('connected from %s', async (remoteAddress, expected) => {
    const daemon = fakeDaemon({ lanes: [lane({ remoteAddress })] });
    expect(levelsAndIds(await findingsOf(remotePeersCheck, { options: { daemon } }))).toEqual(expected);
  });

  it('is no question for the built-in simulator', async () => {
    const daemon = fakeDaemon({ lanes: [lane({ remoteAddress: 'simulator', isSimulator: true })] });
    expect(await findingsOf(remotePeersCheck, { options: { daemon } })).toEqual([]);
  });
});

describe('BRIDGE_KEY', () => {
  it.each([
    ['short', 'exposure.keyShort'],
    ['aaaaaaaaaaaaaaaaaaaa', 'exposure.keyPoor'],
    ['passwordpassword1234', 'exposure.keyCommon'],
    ['abcdefghijklmnopqrst', 'exposure.keyRow'],
  ])('%s is weak', (key, id) => {
    expect(keyWeakness(key)?.id).toBe(id);
  });

  it('made by chance is not', () => expect(keyWeakness(KEY)).toBeUndefined());

  it('is never told, nor a part of it', async () => {
    const [found] = await findingsOf(keyCheck, { config: { key: 'passwordpassword1234' } });
    expect(found?.id).toBe('exposure.keyCommon');
    expect(JSON.stringify(found)).not.toContain('password');
  });
});

describe('Secrets', () => {
  it.each([
    ['the key', ['/bin/env', `BRIDGE_KEY=whatever`, 'node'], {}],
    ['the key as an argument', ['/bin/curl', '-H', `x: ${KEY}`], { key: KEY }],
    [
      'the token of a link',
      ['/bin/x', `--link=ws-listen://127.0.0.1:9001/${TOKEN}`],
      { links: [`ws-listen://127.0.0.1:9001/${TOKEN}`] },
    ],
  ] as const)('in command lines are found: %s', async (_what, args, config) => {
    const found = await findingsOf(argumentsCheck, { ...procFiles([], { 9: args }), config });
    expect(found).toMatchObject([{ id: 'exposure.keyInArguments', values: { pid: 9 } }]);
    expect(JSON.stringify(found)).not.toContain(TOKEN);
    expect(JSON.stringify(found)).not.toContain(KEY);
  });

  it('are not seen in innocent command lines', async () => {
    const machine = procFiles([], {
      9: ['/bin/x', '--link', 'ws-listen://127.0.0.1:9001/chat', 'BRIDGE_KEY='],
    });
    expect(await findingsOf(argumentsCheck, { ...machine, config: { key: KEY } })).toEqual([]);
  });

  const files = { '/k.pem': 'x', '/b.yaml': 'x' };
  const links = [`ws-listen://127.0.0.1:9001/${TOKEN}`];

  it.each([
    [0o644, true, ['exposure.fileReadable']],
    [0o640, true, ['exposure.fileReadable']],
    [0o600, true, []],
    [0o644, false, []],
  ])('in a config file of mode %o (secret: %s)', async (mode, hasSecret, expected) => {
    const found = await findingsOf(filesCheck, {
      files,
      modes: { '/b.yaml': mode },
      config: { configFile: '/b.yaml', ...(hasSecret ? { links } : {}) },
      origins: { links: 'file' },
    });
    expect(found.map(({ id }) => id)).toEqual(expected);
  });

  it('in TLS keys are found by mode, but not on Windows, which has none', async () => {
    const machine = { files, modes: { '/k.pem': 0o644 }, config: { controlTlsKey: '/k.pem' } };
    expect(await findingsOf(filesCheck, machine)).toMatchObject([
      { values: { path: '/k.pem', mode: '644' } },
    ]);
    expect(await findingsOf(filesCheck, { ...machine, platform: 'win32' })).toEqual([]);
  });
});
