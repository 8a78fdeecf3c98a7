import { describe, expect, it } from 'vitest';
import type { DeviceHost } from '../../../src/devices/index.js';
import { spawnTied } from '../../../src/programs/index.js';
import { actedHost } from './capture-acting.js';

const CALL = { file: '/bin/parec', args: ['--raw'] };
const TIED = ['--pdeathsig', 'KILL', '--', '/bin/parec', '--raw'];

describe('spawnTied', () => {
  it('has the kernel kill the program with us on Linux', async () => {
    const host = actedHost({ programs: ['setpriv', 'sh'], answers: { setpriv: { code: 0 } } });
    await spawnTied(host, CALL, { stdin: false });
    expect(host.spawned.map(({ file, args }) => [file, args])).toEqual([['/bin/setpriv', TIED]]);
  });

  it('asks setpriv once per machine whether it can', async () => {
    let asked = 0;
    const host = actedHost({ programs: ['setpriv'] });
    const counting = {
      ...host,
      run: async () => {
        asked++;
        return { code: 0, stdout: '', stderr: '' };
      },
    };
    await Promise.all([
      spawnTied(counting, CALL, { stdin: false }),
      spawnTied(counting, CALL, { stdin: false }),
    ]);
    await spawnTied(counting, CALL, { stdin: false });
    expect(asked).toBe(1);
  });

  it.each([
    ['Linux whose setpriv does not know the option', 'linux', ['setpriv', 'sh']],
    ['Linux without setpriv', 'linux', ['sh']],
    ['macOS', 'darwin', ['setpriv', 'sh']],
  ] as const)('sets a guard beside it on %s, which ends with the program', async (_, platform, programs) => {
    const host = actedHost({ platform, programs, answers: { setpriv: { code: 1 } } });
    const program = await spawnTied(host, CALL, { stdin: false });
    const [recorder, guard] = host.spawned;
    expect(recorder?.file).toBe('/bin/parec');
    expect(guard?.file).toBe('/bin/sh');
    expect(guard?.args.at(-1)).toBe(String(program.pid));
    expect(guard?.program.signals).toEqual([]);
    recorder?.program.end(0);
    expect(guard?.program.signals).toEqual(['SIGKILL']);
  });

  it('leaves it to the job of Node on Windows', async () => {
    const host = actedHost({ platform: 'win32', programs: ['sh', 'setpriv'] });
    await spawnTied(host, CALL, { stdin: false });
    expect(host.spawned.map(({ file }) => file)).toEqual(['/bin/parec']);
  });

  it('sets no guard for a program that did not start', async () => {
    const host = actedHost({ platform: 'darwin', programs: ['sh'] });
    const spawn = host.spawn;
    const failing: typeof host = {
      ...host,
      spawn: (file, args, options) => {
        const program = spawn(file, args, options);
        Object.assign(program, { pid: undefined });
        return program;
      },
    };
    await spawnTied(failing, CALL, { stdin: false });
    expect(host.spawned.length).toBe(1);
  });

  it.each([
    ['linux', ['setpriv']],
    ['linux', ['sh']],
    ['win32', []],
  ] as const)('tells by its error event on %s what the spawn itself threw', async (platform, programs) => {
    const host: DeviceHost = {
      ...actedHost({ platform, programs, answers: { setpriv: { code: 0 } } }),
      spawn: () => {
        throw new Error('spawn EINVAL');
      },
    };
    const program = await spawnTied(host, CALL, { stdin: false });
    const error = await new Promise<Error>((resolve) => void program.on('error', resolve));
    expect([error.message, program.pid]).toEqual(['spawn EINVAL', undefined]);
  });

  it('keeps the program whose guard cannot be spawned', async () => {
    const host = actedHost({ platform: 'darwin', programs: ['sh'] });
    const program = await spawnTied(
      {
        ...host,
        spawn: (file, args, options) => {
          if (file === '/bin/sh') throw new Error('spawn EINVAL');
          return host.spawn(file, args, options);
        },
      },
      CALL,
      { stdin: false },
    );
    expect(program).toBe(host.spawned[0]?.program);
  });

  it('is not kept alive by the guard, which waits for our end', async () => {
    const host = actedHost({ platform: 'darwin', programs: ['sh'] });
    await spawnTied(host, CALL, { stdin: false });
    const guard = host.spawned[1]?.program;
    expect([guard?.isUnreferenced, guard?.out.isDestroyed, guard?.err.isDestroyed]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
