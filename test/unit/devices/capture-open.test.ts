import { describe, expect, it } from 'vitest';
import { type OpenCaptureOptions, openCapture } from '../../../src/devices/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { type ActedHostOptions, actedHost, type SpawnCall, settle } from './capture-acting.js';

const SOURCES = `Source #0
	Name: usb
	Description: USB Headset
Source #1
	Name: webcam
	Description: Webcam
`;
const LISTS = {
  'pactl list sources': { stdout: SOURCES },
  'pactl info': { stdout: 'Default Source: usb\n' },
  'arecord -L': { stdout: 'default\n    The default\n' },
  'arecord -l': { stdout: 'card 1: Card [Card of ALSA], device 0: In [In]\n' },
} as const;

interface Try {
  readonly host: ReturnType<typeof actedHost>;
  readonly clock: FakeClock;
  readonly opened: ReturnType<typeof openCapture>;
}

function open(host: ActedHostOptions, options: Partial<OpenCaptureOptions> = {}): Try {
  const clock = new FakeClock();
  const machine = actedHost({ answers: LISTS, ...host });
  const opened = openCapture({ clock, host: machine, onFrame: () => {}, random: () => 0.5, ...options });
  opened.catch(() => {});
  return { host: machine, clock, opened };
}

/** The file name of what was really started, past what wraps it. */
function toolOf({ file, args }: SpawnCall): string {
  const words = [file, ...args];
  return (words.find((word) => /\/(parec|pw-record|arecord|sox|ffmpeg)$/.test(word)) ?? file).replace(
    '/bin/',
    '',
  );
}

/** Recorders that give sound, or end with these words. */
function acting(words: Readonly<Record<string, string>>): (call: SpawnCall) => void {
  return (call) => {
    const said = words[toolOf(call)];
    setImmediate(() => {
      if (said === undefined) call.program.frame();
      else {
        call.program.say(`${said}\n`);
        call.program.end(1);
      }
    });
  };
}

describe('openCapture, auto', () => {
  it('takes the first program that is there', async () => {
    const { host, clock, opened } = open({ programs: ['ffmpeg', 'arecord'], onSpawn: acting({}) });
    const capture = await opened;
    expect([capture.backend, capture.device, capture.leadMs]).toEqual(['arecord', undefined, 20]);
    await capture.close();
    expect([host.spawned.map(toolOf), clock.pendingCount]).toEqual([['arecord'], 0]);
  });

  it('goes on to the next when one gives no sound, and leaves none of them running', async () => {
    const { host, clock, opened } = open({
      programs: ['parec', 'pactl', 'arecord', 'ffmpeg'],
      onSpawn: acting({
        parec: 'Connection failure: Connection refused',
        arecord: 'arecord: main:831: audio open error: Device or resource busy',
      }),
    });
    const capture = await opened;
    expect([capture.backend, host.spawned.map(toolOf)]).toEqual(['ffmpeg', ['parec', 'arecord', 'ffmpeg']]);
    await capture.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('goes on to the next when the spawn of one throws', async () => {
    const host = actedHost({ answers: LISTS, programs: ['parec', 'pactl', 'arecord'], onSpawn: acting({}) });
    const capture = await openCapture({
      clock: new FakeClock(),
      host: {
        ...host,
        spawn: (file, args, options) => {
          if (file === '/bin/parec') throw new Error('spawn EINVAL');
          return host.spawn(file, args, options);
        },
      },
      onFrame: () => {},
    });
    expect(capture.backend).toBe('arecord');
    await capture.close();
  });

  it('never takes the package mic by itself', async () => {
    const { opened } = open({
      programs: ['arecord'],
      onSpawn: acting({ arecord: 'audio open error: No such device' }),
    });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_UNKNOWN' });
  });

  it('tells what each said when none gives sound', async () => {
    const { opened } = open({
      programs: ['parec', 'pactl', 'arecord'],
      onSpawn: acting({
        parec: 'Connection failure: Connection refused',
        arecord: 'arecord: main:831: audio open error: Device or resource busy',
      }),
    });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_FAILED' });
    await expect(opened).rejects.toThrow(/parec .*Connection refused[\s\S]*arecord .*busy/);
  });

  it.each([
    ['linux', /pulseaudio-utils[\s\S]*pipewire-bin[\s\S]*alsa-utils[\s\S]*sox[\s\S]*ffmpeg/],
    ['darwin', /brew install sox[\s\S]*brew install ffmpeg/],
    ['win32', /winget install Gyan.FFmpeg[\s\S]*winget install ChrisBagwell.SoX/],
  ] as const)('says on %s what to install where there is nothing', async (platform, hint) => {
    const { opened } = open({ platform, programs: [] });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_TOOL' });
    await expect(opened).rejects.toThrow(hint);
  });
});

describe('openCapture, a device', () => {
  it.each([
    ['its index', '1'],
    ['its id', 'webcam'],
    ['a part of its name', 'Webc'],
  ])('is found by %s and given as its id', async (_, device) => {
    const { host, opened } = open({ programs: ['parec', 'pactl'], onSpawn: acting({}) }, { device });
    const capture = await opened;
    expect(capture.device).toBe('webcam');
    expect(host.spawned[0]?.args).toContain('--device=webcam');
    await capture.close();
  });

  it('is taken from the first backend that knows it', async () => {
    const { host, opened } = open(
      { programs: ['parec', 'pactl', 'arecord'], onSpawn: acting({}) },
      { device: 'Card of ALSA' },
    );
    const capture = await opened;
    expect([capture.backend, capture.device]).toEqual(['arecord', 'plughw:CARD=Card,DEV=0']);
    expect(host.spawned.map(toolOf)).toEqual(['arecord']);
    await capture.close();
  });

  it('that nobody knows is an error that lists what there is; nothing is started', async () => {
    const { host, opened } = open({ programs: ['parec', 'pactl', 'arecord'] }, { device: 'nope' });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_UNKNOWN' });
    await expect(opened).rejects.toThrow(/'nope'[\s\S]*USB Headset[\s\S]*Webcam[\s\S]*Card of ALSA/);
    expect(host.spawned).toEqual([]);
  });

  it('that is unknown to one is unknown, whatever is wrong with the others', async () => {
    const { host, opened } = open(
      {
        programs: ['parec', 'pactl', 'pw-record', 'pw-dump'],
        answers: { ...LISTS, 'pw-dump': { code: 255, stderr: "can't connect: Host is down" } },
      },
      { device: 'nope' },
    );
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_UNKNOWN' });
    await expect(opened).rejects.toThrow(/Host is down/);
    expect(host.spawned).toEqual([]);
  });

  it('that fits several is an error that lists them', async () => {
    const { opened } = open({ programs: ['parec', 'pactl'] }, { device: 'b' });
    await expect(opened).rejects.toThrow(/'b' fits several/);
  });

  it('that no list shows may still be one for ALSA', async () => {
    const { host, opened } = open(
      { programs: ['arecord'], onSpawn: acting({}) },
      { device: 'hw:7,0', backend: 'arecord' },
    );
    const capture = await opened;
    expect(host.spawned[0]?.args.slice(-2)).toEqual(['-D', 'hw:7,0']);
    await capture.close();
  });

  it('is taken at its word where what would list is missing', async () => {
    const { host, opened } = open({ programs: ['parec'], onSpawn: acting({}) }, { device: 'anything' });
    const capture = await opened;
    expect(host.spawned[0]?.args).toContain('--device=anything');
    await capture.close();
  });

  it('is the first there is on Windows, whose ffmpeg knows no default', async () => {
    const text = '[dshow @ 1] "Microphone (USB)" (audio)\n[dshow @ 1]   Alternative name "@device_cm_1"\n';
    const { host, opened } = open({
      platform: 'win32',
      programs: ['ffmpeg'],
      answers: { ffmpeg: { code: 1, stderr: text } },
      onSpawn: acting({}),
    });
    const capture = await opened;
    expect([capture.device, host.spawned[0]?.args]).toEqual([
      '@device_cm_1',
      expect.arrayContaining(['audio=@device_cm_1']),
    ]);
    await capture.close();
  });

  it('is not counted for SoX on macOS, which knows names only', async () => {
    const { opened } = open({ platform: 'darwin', programs: ['sox'] }, { device: '1' });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_UNKNOWN' });
  });
});

describe('openCapture, a backend', () => {
  it('that was named is the only one tried', async () => {
    const { host, opened } = open(
      {
        programs: ['parec', 'arecord'],
        onSpawn: acting({ arecord: 'audio open error: Device or resource busy' }),
      },
      { backend: 'arecord' },
    );
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_BUSY' });
    expect(host.spawned.map(toolOf)).toEqual(['arecord']);
  });

  it('that this system does not have is refused with those it has', async () => {
    const { opened } = open({ platform: 'darwin' }, { backend: 'parec' });
    await expect(opened).rejects.toThrow(/'parec' does not record on this system.*rec, ffmpeg, mic/);
  });

  it('mic is refused on Windows, with the reason', async () => {
    const { opened } = open({ platform: 'win32' }, { backend: 'mic' });
    await expect(opened).rejects.toThrow(/32-bit/);
  });

  it('mic takes no other microphone than the default on macOS', async () => {
    const { opened } = open({ platform: 'darwin', programs: ['rec'] }, { backend: 'mic', device: 'x' });
    await expect(opened).rejects.toThrow(/default microphone only/);
  });

  it('whose writes come by 4 KB is made to write at once where stdbuf is there', async () => {
    const host = { programs: ['sox', 'arecord', 'stdbuf'], onSpawn: acting({}) };
    const first = open(host, { backend: 'rec' });
    const capture = await first.opened;
    expect([capture.leadMs, first.host.spawned[0]?.file]).toEqual([40, '/bin/stdbuf']);
    expect(first.host.spawned[0]?.args.slice(0, 2)).toEqual(['-o0', '/bin/sox']);
    await capture.close();
    const second = open({ ...host, programs: ['sox', 'arecord'] }, { backend: 'rec' });
    const plain = await second.opened;
    expect([plain.leadMs, second.host.spawned[0]?.file]).toEqual([128, '/bin/sox']);
    await plain.close();
  });

  it.each([
    ['that knows it', '  -a, --raw      RAW mode', ['--raw', '--rate=16000']],
    ['that does not', '  --rate   Sample rate', ['--rate=16000']],
  ])('pw-record is asked for raw sound in a version %s', async (_, help, expected) => {
    const { host, opened } = open(
      { programs: ['pw-record'], answers: { 'pw-record --help': { stdout: help } }, onSpawn: acting({}) },
      { backend: 'pw-record' },
    );
    const capture = await opened;
    expect(host.spawned[0]?.args.slice(0, expected.length)).toEqual(expected);
    await capture.close();
  });
});

describe('openCapture, a wrong rate', () => {
  it('that the recorder itself tells of is an error although sound comes', async () => {
    const { host, clock, opened } = open({
      programs: ['arecord'],
      onSpawn: ({ program }) =>
        void setImmediate(() => {
          program.say('Warning: rate is not accurate (requested = 16000Hz, got = 44100Hz)\n');
          program.frame();
        }),
    });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_RATE' });
    expect(host.spawned.map(({ program }) => program.signals)).toEqual([['SIGTERM']]);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('openCapture, a signal', () => {
  it('that has fired already starts nothing', async () => {
    const { host, opened } = open({}, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(opened).rejects.toThrow('enough');
    expect(host.spawned).toEqual([]);
  });

  it('gives up opening, with its reason, and leaves nothing running', async () => {
    const controller = new AbortController();
    const { host, clock, opened } = open({ programs: ['parec', 'arecord'] }, { signal: controller.signal });
    await settle();
    controller.abort(new Error('enough'));
    await expect(opened).rejects.toThrow('enough');
    expect(host.spawned.map(({ program }) => program.signals)).toEqual([['SIGTERM']]);
    expect(clock.pendingCount).toBe(0);
  });

  it('closes later', async () => {
    const controller = new AbortController();
    const { clock, opened } = open({ onSpawn: acting({}) }, { signal: controller.signal });
    const capture = await opened;
    controller.abort();
    expect(capture.state.status).toBe('closed');
    await capture.close();
    expect(clock.pendingCount).toBe(0);
  });
});
