import { describe, expect, it } from 'vitest';
import { autoOutput, listOutputs, openPlayback, outputMeant } from '../../../src/devices/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { type ActedHostOptions, actedHost, type SpawnCall, settle } from './capture-acting.js';

const SINKS = `Sink #0
\tName: speakers
\tDescription: Built-in Speakers
\tSample Specification: s16le 2ch 48000Hz
Sink #1
\tName: headset
\tDescription: USB Headset
\tSample Specification: s16le 2ch 44100Hz
`;
const ANSWERS = {
  setpriv: { code: 0 },
  'pactl list sinks': { stdout: SINKS },
  'pactl info': { stdout: 'Default Sink: speakers\n' },
};

const ready = ({ program }: SpawnCall): void => program.say('Stream successfully created.\n');

function open(host: ActedHostOptions, more: Partial<Parameters<typeof openPlayback>[0]> = {}) {
  const clock = new FakeClock();
  const { onSpawn } = host;
  const machine = actedHost({
    answers: ANSWERS,
    ...host,
    // A program speaks later than whoever spawned it listens.
    ...(onSpawn === undefined ? {} : { onSpawn: (call) => setImmediate(() => onSpawn(call)) }),
  });
  const opening = openPlayback({ sampleRateHz: 48_000, clock, host: machine, ...more });
  return { clock, machine, opening };
}

describe('openPlayback', () => {
  it('takes the first player that is installed, tied to our life', async () => {
    const { machine, opening } = open({ programs: ['setpriv', 'pacat', 'aplay'], onSpawn: ready });
    const playback = await opening;
    expect(playback.backend).toBe('pacat');
    expect(machine.spawned[0]?.file).toBe('/bin/setpriv');
    expect(machine.spawned[0]?.args.slice(0, 4)).toEqual(['--pdeathsig', 'KILL', '--', '/bin/pacat']);
    await playback.stop();
  });

  it('takes the next one when the first reaches no sound server', async () => {
    const { opening } = open({
      programs: ['setpriv', 'pacat', 'aplay'],
      onSpawn: ({ args, program }) => {
        if (args.includes('/bin/aplay')) return program.say("Playing raw data 'stdin' : Signed 16 bit\n");
        program.say('Connection failure: Connection refused\n');
        program.end(1);
      },
    });
    expect((await opening).backend).toBe('aplay');
  });

  it('takes the next one when the spawn of the first throws', async () => {
    const machine = actedHost({
      programs: ['setpriv', 'pacat', 'aplay'],
      answers: ANSWERS,
      onSpawn: ({ program }) => setImmediate(() => program.say("Playing raw data 'stdin' : Signed 16 bit\n")),
    });
    const playback = await openPlayback({
      sampleRateHz: 48_000,
      clock: new FakeClock(),
      host: {
        ...machine,
        spawn: (file, args, options) => {
          if (args.includes('/bin/pacat')) throw new Error('spawn EINVAL');
          return machine.spawn(file, args, options);
        },
      },
    });
    expect(playback.backend).toBe('aplay');
  });

  it('tells everything that was tried when nothing plays, and what to install when nothing is there', async () => {
    const failing = open({
      programs: ['setpriv', 'pacat', 'aplay'],
      onSpawn: ({ program, args }) => {
        program.say(
          args.includes('/bin/aplay')
            ? 'audio open error: Device or resource busy\n'
            : 'Connection refused\n',
        );
        program.end(1);
      },
    });
    await expect(failing.opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_FAILED',
      message: expect.stringMatching(/pacat[\s\S]*aplay[\s\S]*busy/),
    });
    await expect(open({ programs: [] }).opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_TOOL',
      message: expect.stringContaining('apt install'),
    });
    await expect(open({}, { backend: 'winamp' }).opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_TOOL',
      message: expect.stringContaining('pacat'),
    });
    expect(failing.clock.pendingCount).toBe(0);
  });

  it.each([
    ['1', 'headset'],
    ['Built-in Speakers', 'speakers'],
    ['usb', 'headset'],
  ])('finds the loudspeaker that %j means', async (device, id) => {
    const { machine, opening } = open(
      { programs: ['setpriv', 'pacat', 'pactl'], onSpawn: ready },
      { backend: 'pacat', device },
    );
    expect((await opening).device).toBe(id);
    expect(machine.spawned[0]?.args).toContain(`--device=${id}`);
  });

  it('says which loudspeakers there are when none is called so', async () => {
    const { machine, opening } = open(
      { programs: ['pacat', 'pactl'] },
      { backend: 'pacat', device: 'kitchen' },
    );
    await expect(opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
      message: expect.stringMatching(/kitchen.*speakers.*headset/),
    });
    expect(machine.spawned).toEqual([]);
  });

  it('asks for the offset of the device it came to, the default by its own name', async () => {
    const asked: unknown[] = [];
    const { opening } = open(
      { programs: ['setpriv', 'pacat', 'pactl'], onSpawn: ready },
      {
        offsetMs: (opened) => {
          asked.push(opened);
          return 0;
        },
      },
    );
    await opening;
    expect(asked).toEqual([{ backend: 'pacat', device: 'speakers', sampleRateHz: 48_000 }]);
  });

  it('starts pw-play with lines that come at once, and does without it where that cannot be', async () => {
    const { machine, opening } = open({
      programs: ['setpriv', 'stdbuf', 'pw-play'],
      onSpawn: ({ program }) => program.say('stream state changed connecting -> paused\n'),
    });
    await opening;
    expect(machine.spawned[0]?.args.slice(3, 6)).toEqual(['/bin/stdbuf', '-oL', '/bin/pw-play']);
    await expect(open({ programs: ['pw-play'] }).opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_TOOL',
      message: expect.stringContaining('stdbuf'),
    });
  });

  it('opens the players of Windows and macOS', async () => {
    const windows = open({ platform: 'win32', programs: ['sox'] }, { device: 'Speakers' });
    expect((await windows.opening).backend).toBe('play');
    expect(windows.machine.spawned[0]).toMatchObject({ file: '/bin/sox' });
    const mac = open({ platform: 'darwin', programs: ['ffplay'] });
    expect((await mac.opening).backend).toBe('ffplay');
    await expect(
      open({ platform: 'darwin', programs: ['ffplay'] }, { device: 'Speakers' }).opening,
    ).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
      message: expect.stringContaining('default'),
    });
  });

  it('leaves nothing when aborted while opening', async () => {
    const abort = new AbortController();
    const { clock, machine, opening } = open({ programs: ['setpriv', 'pacat'] }, { signal: abort.signal });
    const opened = opening.catch((error: unknown) => error);
    await settle();
    abort.abort();
    expect(await opened).toMatchObject({ name: 'AbortError' });
    expect(machine.spawned[0]?.program.signals).toEqual(['SIGTERM']);
    expect(clock.pendingCount).toBe(0);
  });

  it.each([
    ['is being looked for', 'find /bin/pacat', 0],
    ['is asked what the default is', 'run /bin/pactl list', 0],
    ['is about to be tied to us', 'find /bin/setpriv', 1],
    ['waits for what ties it to us', 'run /bin/setpriv', 1],
    ['has just been spawned', 'spawn', 1],
    ['says that it is ready', 'ready', 1],
  ])('leaves no player running when aborted while it %s', async (_, at, spawns) => {
    const abort = new AbortController();
    const pass = (step: string): void => {
      if (step.startsWith(at)) abort.abort();
    };
    const machine = actedHost({ programs: ['setpriv', 'pacat', 'pactl', 'aplay'], answers: ANSWERS });
    const host: typeof machine = {
      ...machine,
      find: async (program) => {
        pass(`find /bin/${program}`);
        return machine.find(program);
      },
      run: async (file, args, options) => {
        pass(`run ${[file, ...args].join(' ')}`);
        return machine.run(file, args, options);
      },
      spawn: (file, args, options) => {
        const program = machine.spawn(file, args, options);
        setImmediate(() => {
          program.on('close', () => order.push('gone'));
          machine.spawned[0]?.program.say('Stream successfully created.\n');
          pass('ready');
        });
        pass('spawn');
        return program;
      },
    };
    const order: string[] = [];
    const clock = new FakeClock();
    const opening = openPlayback({
      sampleRateHz: 48_000,
      clock,
      host,
      signal: abort.signal,
      offsetMs: () => 0,
    }).catch((error: unknown) => {
      order.push('rejected');
      return error;
    });
    await settle();
    expect(await opening).toMatchObject({ name: 'AbortError' });
    expect(machine.spawned.map(({ program }) => program.signals)).toEqual(Array(spawns).fill(['SIGTERM']));
    expect(order.at(-1)).toBe('rejected');
    expect(clock.pendingCount).toBe(0);
  });

  it('rejects only when a player that is slow to end is gone', async () => {
    const abort = new AbortController();
    const { clock, machine, opening } = open(
      {
        programs: ['setpriv', 'pacat'],
        onSpawn: ({ program }) => {
          program.endsOn = undefined;
          program.say('Stream successfully created.\n');
          abort.abort();
        },
      },
      { signal: abort.signal },
    );
    let isTold = false;
    const opened = opening.catch((error: unknown) => {
      isTold = true;
      return error;
    });
    await settle();
    expect([isTold, machine.spawned[0]?.program.signals]).toEqual([false, ['SIGTERM']]);
    await clock.advanceAsync(500);
    expect(await opened).toMatchObject({ name: 'AbortError' });
    expect(machine.spawned[0]?.program.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(clock.pendingCount).toBe(0);
  });

  it('starts nothing for settings that are wrong', async () => {
    const louder = open({ programs: ['setpriv', 'pacat'], onSpawn: ready }, { volume: 2 });
    await expect(louder.opening).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    const unknown = open(
      { programs: ['setpriv', 'pacat'], onSpawn: ready },
      {
        offsetMs: () => {
          throw new Error('no such file');
        },
      },
    );
    await expect(unknown.opening).rejects.toThrow('no such file');
    expect([louder.machine.spawned, unknown.machine.spawned]).toEqual([[], []]);
  });

  it.each([
    ['pacat', 'Stream successfully created.\n', '--device=headset'],
    ['pw-play', 'stream state changed connecting -> paused\n', '--target=headset'],
  ])(
    'takes a loudspeaker at its word where what would list for %s is missing',
    async (backend, word, flag) => {
      const { machine, opening } = open(
        { programs: ['setpriv', 'stdbuf', backend], onSpawn: ({ program }) => program.say(word) },
        { backend, device: 'headset' },
      );
      expect((await opening).device).toBe('headset');
      expect(machine.spawned[0]?.args).toContain(flag);
    },
  );
});

describe('listOutputs', () => {
  it('gives what each player knows, and why others are of no use', async () => {
    const lists = await listOutputs(actedHost({ programs: ['pacat', 'pactl', 'ffplay'], answers: ANSWERS }));
    expect(lists.map(({ backend, isAvailable }) => [backend, isAvailable])).toEqual([
      ['pacat', true],
      ['pw-play', false],
      ['aplay', false],
      ['play', false],
      ['ffplay', true],
    ]);
    expect(lists[0]?.devices).toMatchObject([
      {
        kind: 'output',
        id: 'speakers',
        index: 0,
        isDefault: true,
        sampleRatesHz: [48_000],
        isMonitor: false,
      },
      { kind: 'output', id: 'headset', index: 1, isDefault: false },
    ]);
    expect(lists[2]?.reason).toContain('alsa-utils');
    expect(autoOutput(lists)).toBe('pacat');
    expect(outputMeant(lists, 'auto', undefined)).toEqual({ backend: 'pacat', device: 'speakers' });
    expect(outputMeant(lists, 'ffplay', 'usb')).toEqual({ backend: 'ffplay', device: 'headset' });
    expect(outputMeant(lists, 'pacat', 'unplugged')).toEqual({ backend: 'pacat', device: 'unplugged' });
  });

  it('lists the cards of ALSA as outputs', async () => {
    const host = actedHost({
      programs: ['aplay'],
      answers: {
        'aplay -L': { stdout: 'default\n    Default\n' },
        'aplay -l': { stdout: 'card 1: Headset [USB Headset], device 0: USB Audio [USB Audio]\n' },
      },
    });
    const lists = await listOutputs(host);
    expect(lists.find(({ backend }) => backend === 'aplay')?.devices).toMatchObject([
      { kind: 'output', id: 'default', isDefault: true },
      { kind: 'output', id: 'plughw:CARD=Headset,DEV=0', name: 'USB Headset, USB Audio' },
    ]);
  });

  it('has no loudspeaker to mean where nothing plays', async () => {
    const lists = await listOutputs(actedHost({ programs: [] }));
    expect(() => outputMeant(lists, 'auto', undefined)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_DEVICE_TOOL' }),
    );
  });
});
