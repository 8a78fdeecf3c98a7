import { describe, expect, it } from 'vitest';
import { skewCheck, steadyCheck } from '../../../src/doctor/checks/clocks.js';
import { daemonCheck } from '../../../src/doctor/checks/daemon.js';
import { linkTimeMs, peerBuildCheck } from '../../../src/doctor/checks/peer-build.js';
import { createContext } from '../../../src/doctor/run-doctor.js';
import { FakeClock, TransportError } from '../../../src/runtime/index.js';
import { doctorOptions, type FakeMachine, fakeDaemon, findingsOf, lane, levelsAndIds } from './rig.js';

const LINK = { name: 'ws-9001-chat', url: 'ws-listen://127.0.0.1:9001/chat', status: 'listening' };

describe('The daemon', () => {
  const status = (fields: Parameters<typeof fakeDaemon>[0], machine: FakeMachine = {}) =>
    findingsOf(daemonCheck, { ...machine, options: { daemon: fakeDaemon(fields) } });

  it('may not run: nothing is started', async () => {
    expect(levelsAndIds(await findingsOf(daemonCheck))).toEqual(['info peer.noDaemon']);
  });

  it('may refuse', async () => {
    const daemon = new TransportError('BRIDGE_ERR_CONTROL_AUTH', 'wrong key');
    expect(await findingsOf(daemonCheck, { options: { daemon } })).toMatchObject([
      { id: 'peer.daemonRefused', level: 'error', values: { code: 'BRIDGE_ERR_CONTROL_AUTH' } },
    ]);
  });

  it('may be of another version', async () => {
    expect(levelsAndIds(await status({ version: '1.0.0' }))).toEqual([
      'ok peer.daemon',
      'warning peer.daemonVersion',
    ]);
  });

  it.each([
    [{ state: 'ready', echoMs: 80.4 }, ['ok peer.ready', 'ok peer.echo']],
    [{ state: 'ready', echoMs: 400 }, ['ok peer.ready', 'warning peer.slowEcho']],
    [{ state: 'ready', carriesSound: false }, ['ok peer.ready', 'info peer.noSound']],
    [{ state: 'waiting' }, ['warning peer.waiting']],
    [{ state: 'modelMissing' }, ['error peer.modelMissing']],
    [{ state: 'disconnected', connections: 1 }, ['warning peer.nobody', 'error peer.disconnected']],
    [{ state: 'disconnected', connections: 0 }, ['warning peer.nobody']],
  ] as const)('tells of an avatar that is %j', async (fields, expected) => {
    const found = await status({ links: [LINK], lanes: [lane(fields)] });
    expect(levelsAndIds(found).slice(1)).toEqual(expected);
  });

  it('tells of links that are down or that nobody has dialled, but not of a simulator', async () => {
    const down = { ...LINK, status: 'backoff', error: 'refused' };
    const simulator = { name: 'simulator', url: 'simulator:', status: 'connected' };
    expect(levelsAndIds(await status({ links: [down, simulator] })).slice(1)).toEqual([
      'error peer.linkDown',
    ]);
    expect(levelsAndIds(await status({ links: [LINK] })).slice(1)).toEqual(['warning peer.nobody']);
  });

  it.each([
    ['linux', ['info peer.endsWithLink']],
    ['win32', []],
  ] as const)('reminds on %s of what ends with a connection', async (platform, expected) => {
    expect(levelsAndIds(await status({ isInUse: true }, { platform })).slice(1)).toEqual(expected);
  });
});

/** The first bytes of a Windows program that was linked then. */
function portableExecutable(linkedAtS: number): Uint8Array {
  const bytes = Buffer.alloc(256);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt32LE(linkedAtS, 0x88);
  return new Uint8Array(bytes);
}

const seconds = (date: string): number => Date.parse(`${date}T12:00:00Z`) / 1000;

describe('Builds of MMDAgent-EX', () => {
  const build = (plugin: Uint8Array | string, machine: FakeMachine = {}) =>
    findingsOf(peerBuildCheck, {
      platform: 'win32',
      ...machine,
      files: { '/mmd/main.mdf': '', '/mmd/MMDAgent-EX.exe': 'x', '/mmd/Plugins/Plugin_Remote.dll': plugin },
      options: { content: '/mmd/main.mdf' },
    });
  const server: FakeMachine = { config: { links: ['tcp://127.0.0.1:50001'] } };

  it.each([
    ['2025-09-08', 'ok peer.build'],
    ['2025-09-09', 'error peer.brokenServer'],
    ['2025-12-19', 'error peer.brokenServer'],
    ['2025-12-20', 'ok peer.build'],
  ])('linked on %s are judged by their header', async (date, expected) => {
    const found = await build(portableExecutable(seconds(date)), server);
    expect(levelsAndIds(found)).toEqual([expected]);
    expect(found[0]?.values).toMatchObject({ date, evidence: 'program header' });
  });

  it('are no error with a link that does not use their server', async () => {
    expect(levelsAndIds(await build(portableExecutable(seconds('2025-10-01'))))).toEqual([
      'info peer.brokenServer',
    ]);
  });

  it('are judged less surely by the date of the file', async () => {
    const modifiedAtMs = seconds('2025-10-01') * 1000;
    expect(levelsAndIds(await build('no header', { ...server, modifiedAtMs }))).toEqual([
      'warning peer.maybeBrokenServer',
    ]);
    expect(levelsAndIds(await build('no header', { modifiedAtMs }))).toEqual(['info peer.maybeBrokenServer']);
  });

  it('are not judged where no program is found', async () => {
    expect(
      await findingsOf(peerBuildCheck, { files: { '/c/main.mdf': '' }, options: { content: '/c/main.mdf' } }),
    ).toEqual([]);
  });

  it('may carry a hash instead of a time', () => {
    expect(linkTimeMs(portableExecutable(0xf0000000))).toBeUndefined();
    expect(linkTimeMs(portableExecutable(0))).toBeUndefined();
    expect(linkTimeMs(portableExecutable(seconds('2026-01-01')))).toBe(seconds('2026-01-01') * 1000);
    expect(linkTimeMs(new Uint8Array(10))).toBeUndefined();
    expect(linkTimeMs(portableExecutable(1).subarray(0, 0x84))).toBeUndefined();
  });
});

describe('Clocks', () => {
  it('run steadily', async () => {
    expect(await findingsOf(steadyCheck)).toEqual([
      { id: 'clock.steady', level: 'ok', area: 'clock', values: { lateMs: 0 } },
    ]);
  });

  it('step: the largest step is told with its direction', async () => {
    class Stepping extends FakeClock {
      override wallMs(): number {
        return super.wallMs() - (this.nowMs() > 500 ? 3000 : 0);
      }
    }
    const clock = new Stepping();
    const running = steadyCheck.run(
      createContext({ ...doctorOptions(), clock }),
      new AbortController().signal,
    );
    await clock.advanceAsync(3000);
    expect(await running).toMatchObject([{ id: 'clock.stepped', values: { stepMs: -3000, seconds: 2 } }]);
  });

  it('may be slewed by NTP all the time', async () => {
    class Slewed extends FakeClock {
      override wallMs(): number {
        return super.wallMs() + this.nowMs() / 40;
      }
    }
    const clock = new Slewed();
    const running = steadyCheck.run(
      createContext({ ...doctorOptions(), clock }),
      new AbortController().signal,
    );
    await clock.advanceAsync(3000);
    expect(levelsAndIds(await running)).toEqual(['ok clock.steady']);
  });

  it('have coarse timers', async () => {
    class Coarse extends FakeClock {
      override after(delayMs: number, run: () => void) {
        return super.after(delayMs + 45, run);
      }
    }
    const clock = new Coarse();
    const running = steadyCheck.run(
      createContext({ ...doctorOptions(), clock }),
      new AbortController().signal,
    );
    await clock.advanceAsync(10_000);
    expect(await running).toMatchObject([{ id: 'clock.coarse', values: { lateMs: 45 } }]);
  });

  const skew = (skewMs: number, errorMs: number, isRemote = true) =>
    findingsOf(skewCheck, {
      options: { daemon: fakeDaemon({}, { isRemote, wallSkew: async () => ({ skewMs, errorMs }) }) },
    });

  it('of two machines differ by more than the measurement may be off, or not', async () => {
    expect(await skew(-5000.4, 12)).toMatchObject([
      { id: 'clock.skew', values: { skewMs: -5000, errorMs: 12 } },
    ]);
    expect(await skew(120, 30)).toMatchObject([{ id: 'clock.inStep', values: { errorMs: 120 } }]);
    expect(await skew(3, 0.2)).toMatchObject([{ id: 'clock.inStep', values: { errorMs: 3 } }]);
  });

  it('of one machine are one clock', async () => {
    expect(await skew(9999, 1, false)).toEqual([]);
    expect(await findingsOf(skewCheck)).toEqual([]);
  });
});
