import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { createEyes, type EyesSettings, type GetImageUrl } from '../../../src/tools/index.js';
import { pictureKind, pictureSize } from '../../../src/tools/vision/data-url.js';
import { dshowCameras } from '../../../src/tools/vision/picture-ways.js';
import { type ScriptedProgram, scriptedHost } from '../../support/speech/scripted-programs.js';
import { TURN } from './support.js';

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A JPEG's head with a size, and nothing behind it. */
function jpeg(width: number, height: number, bytes = 40): Buffer {
  const head = Buffer.from([
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    0,
    0,
    0xff,
    0xc0,
    0,
    17,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
  ]);
  return Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length))]);
}

const SMALL = jpeg(640, 480);
const SMALL_URL = `data:image/jpeg;base64,${SMALL.toString('base64')}`;

interface Machine {
  readonly programs?: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string>>;
  readonly act?: (program: ScriptedProgram, index: number) => void;
  readonly getImageUrl?: GetImageUrl;
  readonly stderr?: string;
  readonly settings?: EyesSettings;
}

function eyesOf(machine: Machine) {
  const {
    programs = [],
    platform = 'linux',
    env = {},
    act,
    getImageUrl,
    stderr = '',
    settings = {},
  } = machine;
  const clock = new FakeClock();
  const scripted = scriptedHost({ programs, answer: { stderr }, ...(act === undefined ? {} : { act }) });
  const host = { ...scripted, platform, env };
  const eyes = createEyes(settings, { clock, host, ...(getImageUrl === undefined ? {} : { getImageUrl }) });
  return { eyes, clock, spawned: scripted.spawned };
}

const gives = (bytes: Uint8Array) => (program: ScriptedProgram) => {
  program.write(bytes);
  program.end(0);
};

describe('Eyes with a hook', () => {
  it.each([PNG, 'https://example.com/a.jpg'])('give what it gives: %s', async (url) => {
    const asked: unknown[] = [];
    const { eyes } = eyesOf({
      getImageUrl: (source, metadata) => {
        asked.push(source, metadata.user);
        return url;
      },
    });
    expect(await eyes.look('camera', TURN)).toBe(url);
    expect(asked).toEqual(['camera', 'ann']);
  });

  it('ask the machine for what it does not give', async () => {
    const { eyes } = eyesOf({ programs: ['ffmpeg'], act: gives(SMALL), getImageUrl: async () => undefined });
    expect(await eyes.look('camera', TURN)).toBe(SMALL_URL);
  });

  it.each([
    ['text', 'hello', /something that begins with "hello"/],
    ['a script', 'data:text/html;base64,AAAA', /begins with/],
    ['no picture', 'data:image/png;base64,AAAAAAAA', /bytes that are no picture/],
    ['nothing', 'data:image/png;base64,', /an empty picture/],
    ['too much', `${PNG}${'A'.repeat(6_000_000)}`, /\d+ bytes\.$/],
    ['a broken address', 'http://', /an address that is none/],
  ])('refuse %s', async (_, url, message) => {
    const { eyes } = eyesOf({ getImageUrl: () => url });
    await expect(eyes.look('camera', TURN)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_VISION',
      message: expect.stringMatching(message),
    });
  });

  it('say so when it fails or takes too long, and are closed when the turn is', async () => {
    const fails = eyesOf({ getImageUrl: () => Promise.reject(new Error('no page')) });
    await expect(fails.eyes.look('camera', TURN)).rejects.toThrow(/hook .*failed for "camera": no page/);
    const { eyes, clock } = eyesOf({ getImageUrl: () => new Promise(() => {}) });
    const slow = eyes.look('camera', TURN);
    slow.catch(() => {});
    await clock.advanceAsync(10_000);
    await expect(slow).rejects.toMatchObject({
      code: 'BRIDGE_ERR_VISION',
      message: expect.stringMatching(/within 10 s/),
    });
    const turn = new AbortController();
    const ended = eyes.look('camera', TURN, turn.signal);
    turn.abort(new Error('interrupted'));
    await expect(ended).rejects.toThrow('interrupted');
    expect(clock.pendingCount).toBe(0);
  });
});

describe('Eyes of this machine', () => {
  it.each([
    ['linux', undefined, '/dev/video0', 'v4l2'],
    ['linux', '/dev/video3', '/dev/video3', 'v4l2'],
    ['darwin', undefined, '0', 'avfoundation'],
    ['win32', 'Cam "1"', 'video=Cam "1"', 'dshow'],
  ] as const)('take a photo on %s with camera %s', async (platform, camera, input, format) => {
    const { eyes, spawned, clock } = eyesOf({
      programs: ['ffmpeg'],
      platform,
      act: gives(SMALL),
      settings: { camera },
    });
    expect(await eyes.look('camera', TURN)).toBe(SMALL_URL);
    const { args = [] } = spawned[0] ?? {};
    expect([args[args.indexOf('-i') + 1], args[args.indexOf('-f') + 1]]).toEqual([input, format]);
    expect(clock.pendingCount).toBe(0);
  });

  it('take the first camera of Windows, by its name', async () => {
    const stderr =
      '[dshow @ 1] "HD Webcam" (video)\n[dshow @ 1]   Alternative name "@device"\n[dshow @ 1] "Mic" (audio)\n';
    expect(dshowCameras(stderr)).toEqual(['HD Webcam']);
    const { eyes, spawned } = eyesOf({ programs: ['ffmpeg'], platform: 'win32', stderr, act: gives(SMALL) });
    await eyes.look('camera', TURN);
    expect(spawned[0]?.args).toContain('video=HD Webcam');
    const none = eyesOf({ programs: ['ffmpeg'], platform: 'win32' });
    await expect(none.eyes.look('camera', TURN)).rejects.toThrow(/Windows has no camera/);
  });

  it('say what to install when there is no program', async () => {
    await expect(eyesOf({}).eyes.look('camera', TURN)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_VISION',
      message: 'No program that takes a picture from "camera" was found. Install ffmpeg.',
    });
    await expect(eyesOf({ env: { DISPLAY: ':0' } }).eyes.look('screenshot', TURN)).rejects.toThrow(
      /Install ffmpeg or imagemagick or maim or scrot or gnome-screenshot\./,
    );
    await expect(
      eyesOf({ env: { DISPLAY: ':0', WAYLAND_DISPLAY: 'w' } }).eyes.look('screenshot', TURN),
    ).rejects.toThrow(/Install grim or kde-spectacle or gnome-screenshot\./);
  });

  it('say that there is no screen', async () => {
    await expect(eyesOf({ programs: ['ffmpeg'] }).eyes.look('screenshot', TURN)).rejects.toThrow(
      /neither DISPLAY nor WAYLAND_DISPLAY/,
    );
  });

  it('try the next program when one fails, and tell of all when none can', async () => {
    const programs = ['ffmpeg', 'import', 'maim'];
    const env = { DISPLAY: ':0' };
    const act = (program: ScriptedProgram, index: number): void => {
      if (index === 0) {
        program.complain('Cannot open display :0\n');
        program.end(1);
      } else if (index === 1) gives(Buffer.from('not a picture'))(program);
      else gives(SMALL)(program);
    };
    expect(await eyesOf({ programs, env, act }).eyes.look('screenshot', TURN)).toBe(SMALL_URL);
    await expect(
      eyesOf({ programs: programs.slice(0, 2), env, act }).eyes.look('screenshot', TURN),
    ).rejects.toThrow(
      'No picture could be taken from "screenshot". ffmpeg: Cannot open display :0; import: what it gave is no picture',
    );
  });

  it('make what is too large smaller, where there is a program that can', async () => {
    const env = { DISPLAY: ':0' };
    const large = jpeg(3840, 2160);
    const act = (program: ScriptedProgram, index: number): void => {
      if (index === 0) program.end(1);
      else if (index === 1) gives(large)(program);
      else if (program.hasInputEnded) gives(SMALL)(program);
      else program.once('inputEnd', () => gives(SMALL)(program));
    };
    const { eyes, spawned } = eyesOf({ programs: ['ffmpeg', 'maim'], env, act });
    expect(await eyes.look('screenshot', TURN)).toBe(SMALL_URL);
    expect(spawned.map(({ args }) => args.includes('-'))).toEqual([true, false, true]);
  });

  it('refuse what is too large where there is none', async () => {
    const env = { DISPLAY: ':0' };
    const { eyes } = eyesOf({
      programs: ['maim'],
      env,
      act: gives(jpeg(800, 600, 20_000)),
      settings: { maxBytes: 10_000 },
    });
    await expect(eyes.look('screenshot', TURN)).rejects.toThrow(
      /20000 bytes, more than 10000; install ffmpeg/,
    );
  });

  it('end a program that takes too long, or whose turn is over', async () => {
    const { eyes, clock, spawned } = eyesOf({ programs: ['ffmpeg'], act: () => {} });
    const slow = eyes.look('camera', TURN);
    slow.catch(() => {});
    await clock.advanceAsync(10_000);
    await expect(slow).rejects.toThrow(/within 10 s/);
    const turn = new AbortController();
    const ended = eyes.look('camera', TURN, turn.signal);
    ended.catch(() => {});
    await clock.advanceAsync(10);
    turn.abort(new Error('interrupted'));
    await expect(ended).rejects.toThrow('interrupted');
    await clock.advanceAsync(2000);
    expect(spawned.map(({ signals }) => signals)).toEqual([['SIGTERM'], ['SIGTERM']]);
    expect(clock.pendingCount).toBe(0);
  });

  it("run the user's own program, also for sources of their own", async () => {
    const settings = { commands: { phone: ['phone-photo', '--to', '-'] } };
    const { eyes, spawned } = eyesOf({ programs: ['phone-photo'], settings, act: gives(SMALL) });
    expect(eyes.sources).toEqual(['camera', 'screenshot', 'phone']);
    expect(await eyes.look('phone', TURN)).toBe(SMALL_URL);
    expect(spawned[0]?.args).toEqual(['--to', '-']);
    await expect(eyes.look('phome', TURN)).rejects.toThrow(
      'There is no source of pictures called "phome". Did you mean phone?',
    );
  });
});

describe('Pictures', () => {
  it('are known by their bytes, and so is their size', () => {
    const png = Buffer.from(PNG.slice(PNG.indexOf(',') + 1), 'base64');
    expect([pictureKind(png), pictureSize(png)]).toEqual(['image/png', { width: 1, height: 1 }]);
    expect([pictureKind(SMALL), pictureSize(SMALL)]).toEqual(['image/jpeg', { width: 640, height: 480 }]);
    expect(pictureKind(Buffer.from('GIF89a'))).toBe('image/gif');
    expect(pictureKind(Buffer.from('RIFF....WEBPVP8 '))).toBe('image/webp');
    expect(pictureKind(Buffer.from('RIFF....WAVEfmt '))).toBeUndefined();
  });

  it.each([1, 3, 10, 15, 20])(
    'with a head that is cut after %s bytes have no size and break nothing',
    (bytes) => {
      const size = pictureSize(SMALL.subarray(0, bytes));
      expect(bytes >= 17 ? size : (size ?? undefined)).toEqual(
        bytes >= 17 ? { width: 640, height: 480 } : undefined,
      );
    },
  );
});
