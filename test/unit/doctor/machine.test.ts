import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linuxProcesses, linuxSockets, parseProcNetTcp } from '../../../src/doctor/machine/linux-sockets.js';
import { macProcesses, macSockets, parseLsof, parsePs } from '../../../src/doctor/machine/mac-sockets.js';
import { machineView, peersAmong } from '../../../src/doctor/machine/machine-view.js';
import { splitEndpoint } from '../../../src/doctor/machine/socket-entry.js';
import {
  parseNetstat,
  parsePeerProcesses,
  parseTasklist,
  windowsProcesses,
  windowsSockets,
} from '../../../src/doctor/machine/windows-sockets.js';
import { fakeFiles, fakeHost, procFiles } from './rig.js';

/** proc(5); the third line is IPv4 seen through IPv6. */
const PROC_TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C351 0100007F:A0B2 01 00000000:00000000 02:000000A0 00000000  1000        0 2222 2 0000000000000000 20 4 30 10 -1
   2: 0100007F:C351 0100007F:A0B3 06 00000000:00000000 03:000000A0 00000000     0        0 0 3 0000000000000000
`;
const PROC_TCP6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:223D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3333 1
   1: 0000000000000000FFFF00000100007F:2329 0000000000000000FFFF00000100007F:8000 01 00000000:00000000 00:00000000 00000000     0        0 4444 1
   2: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5555 1
`;

describe('Sockets of Linux', () => {
  it('are read from /proc/net/tcp', () => {
    expect(parseProcNetTcp(PROC_TCP)).toEqual([
      {
        state: 'listen',
        localAddress: '127.0.0.1',
        localPort: 9001,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        inode: '1111',
      },
      {
        state: 'established',
        localAddress: '127.0.0.1',
        localPort: 50_001,
        remoteAddress: '127.0.0.1',
        remotePort: 41_138,
        inode: '2222',
      },
      {
        state: 'other',
        localAddress: '127.0.0.1',
        localPort: 50_001,
        remoteAddress: '127.0.0.1',
        remotePort: 41_139,
        inode: '0',
      },
    ]);
  });

  it('are read from /proc/net/tcp6, IPv4 in it as IPv4', () => {
    expect(
      parseProcNetTcp(PROC_TCP6).map(({ localAddress, localPort }) => [localAddress, localPort]),
    ).toEqual([
      ['::', 8765],
      ['127.0.0.1', 9001],
      ['2001:db8::1', 80],
    ]);
  });

  it.each(['99', '100'])(
    'get the oldest process that holds them, also when %s has more files',
    async (busy) => {
      const files = fakeFiles({
        files: { '/proc/net/tcp': PROC_TCP },
        symlinks: {
          '/proc/100/fd/9': 'socket:[1111]',
          '/proc/99/fd/9': 'socket:[1111]',
          [`/proc/${busy}/fd/1`]: 'pipe:[1]',
          [`/proc/${busy}/fd/2`]: 'pipe:[2]',
        },
      });
      expect((await linuxSockets(files))?.map(({ pid }) => pid)).toEqual([99, undefined, undefined]);
    },
  );

  it('are undefined without the tables', async () => {
    expect(await linuxSockets(fakeFiles({}))).toBeUndefined();
    expect(await linuxProcesses(fakeFiles({}))).toBeUndefined();
  });

  it('survive any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseProcNetTcp(text))));
  });

  it('have programs with arguments, folder and full name', async () => {
    const { files = {}, symlinks = {} } = procFiles([], {
      42: ['/opt/mmd/MMDAgent-EX', 'main.mdf', 'two words'],
    });
    const found = await linuxProcesses(
      fakeFiles({ files, symlinks: { ...symlinks, '/proc/42/cwd': '/opt/content' } }),
    );
    expect(found).toEqual([
      {
        pid: 42,
        name: 'MMDAgent-EX',
        args: ['/opt/mmd/MMDAgent-EX', 'main.mdf', 'two words'],
        executable: '/opt/mmd/MMDAgent-EX',
        folder: '/opt/content',
      },
    ]);
  });
});

const NETSTAT = `
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1044
  TCP    0.0.0.0:50000          0.0.0.0:0              LISTENING       8120
  TCP    127.0.0.1:50001        127.0.0.1:52110        ESTABLISHED     8120
  TCP    127.0.0.1:52111        127.0.0.1:50001        TIME_WAIT       0
  TCP    [::]:8765              [::]:0                 LISTENING       4321
  TCP    [fe80::1%12]:139       [::]:0                 LISTENING       4
  UDP    0.0.0.0:5353           *:*                                    2222
`;

describe('Sockets of Windows', () => {
  it('are read from netstat -ano', () => {
    expect(parseNetstat(NETSTAT.replaceAll('\n', '\r\n'))).toEqual([
      {
        state: 'listen',
        localAddress: '0.0.0.0',
        localPort: 135,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        pid: 1044,
      },
      {
        state: 'listen',
        localAddress: '0.0.0.0',
        localPort: 50_000,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        pid: 8120,
      },
      {
        state: 'established',
        localAddress: '127.0.0.1',
        localPort: 50_001,
        remoteAddress: '127.0.0.1',
        remotePort: 52_110,
        pid: 8120,
      },
      {
        state: 'other',
        localAddress: '127.0.0.1',
        localPort: 52_111,
        remoteAddress: '127.0.0.1',
        remotePort: 50_001,
        pid: undefined,
      },
      { state: 'listen', localAddress: '::', localPort: 8765, remoteAddress: '::', remotePort: 0, pid: 4321 },
      {
        state: 'listen',
        localAddress: 'fe80::1',
        localPort: 139,
        remoteAddress: '::',
        remotePort: 0,
        pid: 4,
      },
    ]);
  });

  it('are understood in other languages of Windows', () => {
    const german =
      '  TCP    0.0.0.0:9001   0.0.0.0:0    ABHÖREN   77\n  TCP    127.0.0.1:9001   127.0.0.1:52110    HERGESTELLT   77\n';
    expect(parseNetstat(german).map(({ state }) => state)).toEqual(['listen', 'established']);
  });

  it('have programs from tasklist, quotes and commas in names included', () => {
    const text =
      '"System Idle Process","0","Services","0","8 K"\r\n"a ""b"", c.exe","12","Console","1","1,024 K"\r\n';
    expect(parseTasklist(text).map(({ pid, name }) => [pid, name])).toEqual([
      [0, 'System Idle Process'],
      [12, 'a "b", c.exe'],
    ]);
  });

  it('have path and arguments of MMDAgent-EX only when it runs', async () => {
    const csv =
      '"ProcessId","ExecutablePath","CommandLine"\r\n"8120","C:\\mmd\\MMDAgent-EX.exe","""C:\\mmd\\MMDAgent-EX.exe"" ""C:\\my content\\main.mdf"""\r\n';
    expect(parsePeerProcesses(csv)).toEqual([
      {
        pid: 8120,
        name: 'MMDAgent-EX.exe',
        args: ['C:\\mmd\\MMDAgent-EX.exe', 'C:\\my content\\main.mdf'],
        executable: 'C:\\mmd\\MMDAgent-EX.exe',
        folder: undefined,
      },
    ]);
    let asked = 0;
    const host = (tasks: string) =>
      fakeHost({
        platform: 'win32',
        programs: {
          tasklist: tasks,
          powershell: () => {
            asked++;
            return { stdout: csv };
          },
        },
      });
    expect(await windowsProcesses(host('"explorer.exe","5","Console","1","9 K"\r\n'))).toHaveLength(1);
    expect(asked).toBe(0);
    const found = await windowsProcesses(host('"MMDAgent-EX.exe","8120","Console","1","9 K"\r\n'));
    expect(found?.[0]?.executable).toBe('C:\\mmd\\MMDAgent-EX.exe');
  });

  it('are undefined when a program is missing or fails', async () => {
    expect(await windowsSockets(fakeHost({ platform: 'win32' }))).toBeUndefined();
    expect(await windowsProcesses(fakeHost({ platform: 'win32' }))).toBeUndefined();
  });

  it('survive any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const parse of [parseNetstat, parseTasklist, parsePeerProcesses]) {
          expect(Array.isArray(parse(text)) && Array.isArray(parse(`  TCP ${text}`))).toBe(true);
        }
      }),
    );
  });
});

/** As lsof 4.91 of macOS prints it; the order of fields is the same on Linux, where it was tried. */
const LSOF = `p501
f12
tIPv4
n127.0.0.1:50001->127.0.0.1:61544
TST=ESTABLISHED
TQR=0
f13
tIPv6
n*:8765
TST=LISTEN
p777
f5
tIPv4
n*:50000
TST=LISTEN
f6
tIPv6
n[::1]:9001
TST=LISTEN
`;

describe('Sockets of macOS', () => {
  it('are read from lsof', () => {
    expect(parseLsof(LSOF)).toEqual([
      {
        state: 'established',
        localAddress: '127.0.0.1',
        localPort: 50_001,
        remoteAddress: '127.0.0.1',
        remotePort: 61_544,
        pid: 501,
      },
      { state: 'listen', localAddress: '::', localPort: 8765, remoteAddress: '', remotePort: 0, pid: 501 },
      {
        state: 'listen',
        localAddress: '0.0.0.0',
        localPort: 50_000,
        remoteAddress: '',
        remotePort: 0,
        pid: 777,
      },
      { state: 'listen', localAddress: '::1', localPort: 9001, remoteAddress: '', remotePort: 0, pid: 777 },
    ]);
  });

  it('count as read when lsof finds nothing, which it calls a failure', async () => {
    const host = fakeHost({ platform: 'darwin', programs: { lsof: () => ({ code: 1 }) } });
    expect(await macSockets(host)).toEqual([]);
    expect(await macSockets(fakeHost({ platform: 'darwin' }))).toBeUndefined();
  });

  it('have programs from ps, whose paths may have blanks', async () => {
    const names = '  501 /Applications/My Apps/MMDAgent-EX\n   12 -zsh\n';
    const commands = '  501 /Applications/My Apps/MMDAgent-EX /Users/u/main.mdf\n   12 -zsh\n';
    const expected = [
      [501, 'MMDAgent-EX', ['/Applications/My Apps/MMDAgent-EX', '/Users/u/main.mdf']],
      [12, '-zsh', ['-zsh']],
    ];
    expect(parsePs(names, commands).map(({ pid, name, args }) => [pid, name, args])).toEqual(expected);
    const host = fakeHost({
      platform: 'darwin',
      programs: { ps: (args) => ({ stdout: args.includes('pid=,comm=') ? names : commands }) },
    });
    expect(await macProcesses(host)).toHaveLength(2);
  });

  it('survive any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.isArray(parseLsof(text)) && Array.isArray(parsePs(text, text))).toBe(true);
      }),
    );
  });
});

describe('machineView', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('looks once on %s', async (platform) => {
    let looks = 0;
    const look = () => {
      looks++;
      return { stdout: '' };
    };
    const files = fakeFiles(procFiles([{ local: '127.0.0.1:1' }]));
    const counting = {
      ...files,
      read: (path: string, max: number) => {
        if (path === '/proc/net/tcp') looks++;
        return files.read(path, max);
      },
    };
    const host = fakeHost({ platform, programs: { netstat: look, lsof: look } });
    const machine = machineView(host, counting);
    expect(await machine.sockets()).toBe(await machine.sockets());
    expect(looks).toBe(1);
  });

  it('knows MMDAgent-EX by its name', () => {
    const entry = (name: string) => ({
      pid: 1,
      name,
      args: undefined,
      executable: undefined,
      folder: undefined,
    });
    const names = ['MMDAgent-EX', 'mmdagent-ex.exe', 'MMDAgent-EX-viewer', 'mmdagent-bridge'];
    expect(peersAmong(names.map(entry)).map(({ name }) => name)).toEqual(['MMDAgent-EX', 'mmdagent-ex.exe']);
  });
});

describe('splitEndpoint', () => {
  it.each([
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['[::1]:80', '::1', 80],
    ['*:80', '0.0.0.0', 80],
    ['[::ffff:10.0.0.1]:80', '10.0.0.1', 80],
    ['10.0.0.1:*', '10.0.0.1', 0],
  ])('reads %s', (text, address, port) => expect(splitEndpoint(text)).toEqual({ address, port }));
  it.each(['', 'x', '80', '[::1]', 'a:b'])('refuses %j', (text) =>
    expect(splitEndpoint(text)).toBeUndefined(),
  );
});
