import { describe, expect, it } from 'vitest';
import { ownPortsCheck } from '../../../src/doctor/checks/link-ports.js';
import { peerPortsCheck } from '../../../src/doctor/checks/peer-ports.js';
import { TransportError } from '../../../src/runtime/index.js';
import { type FakeMachine, fakeDaemon, findingsOf, levelsAndIds, procFiles } from './rig.js';

const BRIDGE = ['/usr/bin/node', '/opt/bin/mmdagent-bridge.js', 'daemon', 'start', '--foreground'];
const PEER = ['/opt/mmd/MMDAgent-EX', '/opt/content/main.mdf'];

describe('Own ports', () => {
  const page = { pagePort: 8765 };

  it('are free when nobody listens', async () => {
    const found = await findingsOf(ownPortsCheck, procFiles([{ local: '127.0.0.1:1' }]));
    expect(found.map(({ id, values }) => [id, values['port'], values['use']])).toEqual([
      ['ports.free', 9001, 'ws-9001-chat'],
      ['ports.free', 8765, 'page'],
    ]);
  });

  it('name the program that took one, and the flag that gives another', async () => {
    const machine = procFiles([{ local: '0.0.0.0:9001', pid: 42 }], {
      42: ['/usr/bin/python3', 'server.py'],
    });
    const [found] = await findingsOf(ownPortsCheck, machine);
    expect(found).toMatchObject({
      id: 'ports.taken',
      level: 'error',
      values: { port: 9001, program: 'python3', pid: 42, address: '0.0.0.0', flag: '--link' },
    });
  });

  it('say when the holder cannot be seen', async () => {
    const found = await findingsOf(ownPortsCheck, procFiles([{ local: '127.0.0.1:8765' }]));
    expect(levelsAndIds(found)).toEqual(['ok ports.free', 'error ports.takenUnknown']);
  });

  it('do not clash with the same port of another address', async () => {
    const machine = procFiles([{ local: '192.168.1.2:9001', pid: 42 }], { 42: ['/usr/bin/python3'] });
    expect(levelsAndIds(await findingsOf(ownPortsCheck, machine))[0]).toBe('ok ports.free');
  });

  it('are ours when the daemon or another command of ours has them', async () => {
    const machine = procFiles(
      [
        { local: '127.0.0.1:9001', pid: 77 },
        { local: '127.0.0.1:8765', pid: 78 },
      ],
      { 77: ['/usr/bin/other'], 78: BRIDGE },
    );
    const found = await findingsOf(ownPortsCheck, { ...machine, options: { daemon: fakeDaemon() } });
    expect(levelsAndIds(found)).toEqual(['ok ports.ours', 'ok ports.ours']);
  });

  it('say when the daemon runs without the link', async () => {
    const machine: FakeMachine = {
      ...procFiles([{ local: '127.0.0.1:1' }]),
      options: { daemon: fakeDaemon() },
      origins: { links: 'flag' },
    };
    expect(levelsAndIds(await findingsOf(ownPortsCheck, machine))).toEqual([
      'warning ports.notOurs',
      'ok ports.free',
    ]);
  });

  it("take no process id of a daemon on another machine for one of this machine's", async () => {
    const machine = procFiles([{ local: '127.0.0.1:9001', pid: 77 }], { 77: ['/usr/bin/other'] });
    const daemon = fakeDaemon({}, { isRemote: true });
    expect((await findingsOf(ownPortsCheck, { ...machine, options: { daemon } }))[0]?.id).toBe('ports.taken');
  });

  it('include the control port, and leave out port 0 and links that dial', async () => {
    const machine: FakeMachine = {
      ...procFiles([{ local: '127.0.0.1:1' }]),
      config: {
        ...page,
        links: ['tcp://127.0.0.1:50001', 'ws-listen://127.0.0.1:0/'],
        pagePort: 0,
        controlListen: '127.0.0.1:7000',
      },
    };
    const found = await findingsOf(ownPortsCheck, machine);
    expect(found.map(({ values }) => [values['use'], values['port']])).toEqual([['control', 7000]]);
  });

  it('say when the table cannot be read', async () => {
    expect(levelsAndIds(await findingsOf(ownPortsCheck))).toEqual(['info ports.unreadable']);
  });
});

describe('Ports of MMDAgent-EX', () => {
  const dials: FakeMachine = { config: { links: ['tcp://127.0.0.1:50001'] } };

  it('tell that it listens and is connected to us alone', async () => {
    const machine = procFiles(
      [
        { local: '0.0.0.0:50001', pid: 42 },
        { local: '127.0.0.1:50001', remote: '127.0.0.1:40000', pid: 42 },
        { local: '127.0.0.1:40000', remote: '127.0.0.1:50001', pid: 77 },
      ],
      { 42: PEER, 77: ['/usr/bin/node', 'program-with-the-library.js'] },
    );
    const found = await findingsOf(peerPortsCheck, {
      ...dials,
      ...machine,
      options: { daemon: fakeDaemon() },
    });
    expect(levelsAndIds(found)).toEqual(['ok ports.peerListens', 'ok ports.peerConnected']);
  });

  it('tell of a second client, which shares the input buffer', async () => {
    const machine = procFiles(
      [
        { local: '0.0.0.0:50001', pid: 42 },
        { local: '127.0.0.1:50001', remote: '127.0.0.1:40000', pid: 42 },
        { local: '127.0.0.1:40000', remote: '127.0.0.1:50001', pid: 66 },
      ],
      { 42: PEER, 66: ['/usr/bin/python3', 'client.py'] },
    );
    const found = await findingsOf(peerPortsCheck, { ...dials, ...machine });
    expect(found.find(({ id }) => id === 'ports.secondClient')).toMatchObject({
      level: 'error',
      values: { program: 'python3', pid: 66, port: 50_001 },
    });
  });

  it('tell of a second client on another machine, and of none that is connected elsewhere', async () => {
    const machine = procFiles(
      [
        { local: '0.0.0.0:50001', pid: 42 },
        { local: '10.0.0.1:50001', remote: '10.0.0.2:40000', pid: 42 },
        { local: '10.0.0.1:41000', remote: '10.0.0.3:50001', pid: 66 },
      ],
      { 42: PEER, 66: ['/usr/bin/python3'] },
    );
    const found = await findingsOf(peerPortsCheck, { ...dials, ...machine });
    expect(
      found.filter(({ id }) => id === 'ports.secondClient').map(({ values }) => values['program']),
    ).toEqual(['10.0.0.2:40000']);
  });

  it('tell that something else is there, or nothing', async () => {
    const other = procFiles([{ local: '0.0.0.0:50001', pid: 5 }], { 5: ['/usr/sbin/sshd'] });
    expect(levelsAndIds(await findingsOf(peerPortsCheck, { ...dials, ...other }))[0]).toBe(
      'error ports.notPeer',
    );
    const nothing = procFiles([{ local: '127.0.0.1:1' }], { 5: ['/usr/sbin/sshd'] });
    expect(levelsAndIds(await findingsOf(peerPortsCheck, { ...dials, ...nothing }))).toEqual([
      'warning ports.peerSilent',
      'info ports.peerNotRunning',
    ]);
  });

  it('are not looked for here when it is on another machine', async () => {
    const machine = {
      ...procFiles([{ local: '127.0.0.1:1' }], { 5: ['/bin/sh'] }),
      config: { links: ['tcp://10.0.0.9:50001'] },
    };
    expect(levelsAndIds(await findingsOf(peerPortsCheck, machine))).toEqual(['info ports.peerElsewhere']);
  });

  it('tell that it dialled us, or runs apart', async () => {
    const connected = procFiles([{ local: '127.0.0.1:40000', remote: '127.0.0.1:9001', pid: 42 }], {
      42: PEER,
    });
    expect(levelsAndIds(await findingsOf(peerPortsCheck, connected))).toEqual(['ok ports.peerConnected']);
    const apart = procFiles([{ local: '127.0.0.1:1' }], { 42: PEER });
    expect(levelsAndIds(await findingsOf(peerPortsCheck, apart))).toEqual(['info ports.peerAlone']);
    const withDaemon = { ...apart, options: { daemon: fakeDaemon() } };
    expect(levelsAndIds(await findingsOf(peerPortsCheck, withDaemon))).toEqual(['warning ports.peerApart']);
  });

  it.each([
    ['0.0.0.0:50000', '', ['info ports.peerAlone', 'warning ports.httpOpen']],
    ['0.0.0.0:50990', 'http_server_port=50990\n', ['info ports.peerAlone', 'warning ports.httpOpen']],
    ['127.0.0.1:50000', '', ['info ports.peerAlone']],
  ])('tell of its HTTP server on %s', async (local, mdf, expected) => {
    const machine = procFiles([{ local, pid: 42 }], { 42: PEER });
    const files = { ...machine.files, '/opt/content/main.mdf': mdf };
    expect(levelsAndIds(await findingsOf(peerPortsCheck, { ...machine, files }))).toEqual(expected);
  });

  it('go on when the daemon does not answer', async () => {
    const status = async () => {
      throw new TransportError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'gone');
    };
    const machine = {
      ...procFiles([{ local: '127.0.0.1:1' }], { 42: PEER }),
      options: { daemon: fakeDaemon({}, { status }) },
    };
    expect(levelsAndIds(await findingsOf(peerPortsCheck, machine))).toEqual(['warning ports.peerApart']);
  });
});
