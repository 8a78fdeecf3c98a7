import { describe, expect, it } from 'vitest';
import type { PlaybackBackend } from '../../../src/devices/playback-backend.js';
import { playbackBackends } from '../../../src/devices/playback-backends.js';

const RATE = 48_000;

function backend(name: string, platform: NodeJS.Platform = 'linux'): PlaybackBackend {
  const found = playbackBackends(platform).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name} on ${platform}`);
  return found;
}

/** What it says for each line. */
function words(name: string, ...lines: string[]): unknown[] {
  const listen = backend(name).listen(RATE);
  return lines.map((line) => listen(line));
}

const options = { device: 'speaker', sampleRateHz: RATE, leadMs: 100 };

describe('Playback backends', () => {
  it('are tried in the order of what they were measured to be worth', () => {
    expect(playbackBackends('linux').map(({ name }) => name)).toEqual([
      'pacat',
      'pw-play',
      'aplay',
      'play',
      'ffplay',
    ]);
    expect(playbackBackends('darwin').map(({ name, program }) => [name, program])).toEqual([
      ['play', 'play'],
      ['ffplay', 'ffplay'],
    ]);
    expect(playbackBackends('win32').map(({ name, program }) => [name, program])).toEqual([
      ['ffplay', 'ffplay'],
      ['play', 'sox'],
    ]);
  });

  it.each(['linux', 'darwin', 'win32'] as const)(
    'all play s16le mono of the rate from a pipe (%s)',
    (platform) => {
      for (const one of playbackBackends(platform)) {
        const args = one.args({ ...options, device: undefined }).join(' ');
        expect(args).toMatch(/48000/);
        expect(args).toMatch(/s16|S16_LE|signed-integer -b 16/);
        // pacat reads standard input when no file is named.
        if (one.name !== 'pacat') expect(args).toMatch(/(^| )(-|pipe:0)( |$)/);
        expect(args).not.toContain('undefined');
      }
    },
  );

  it('name the device as each program takes it', () => {
    expect(backend('pacat').args(options)).toContain('--device=speaker');
    expect(backend('pw-play').args(options)).toContain('--target=speaker');
    expect(backend('aplay').args(options)).toContain('--device=speaker');
    expect(backend('play').env?.('speaker')).toMatchObject({ AUDIODEV: 'speaker' });
    expect(backend('play', 'darwin').env?.('speaker')).toMatchObject({ AUDIODEV: 'speaker' });
    expect(backend('play', 'win32').args(options).slice(-3)).toEqual(['-t', 'waveaudio', 'speaker']);
    expect(backend('ffplay').env?.('speaker')).toMatchObject({ PULSE_SINK: 'speaker' });
    for (const platform of ['darwin', 'win32'] as const) {
      expect(backend('ffplay', platform).defaultOnly).toContain('default');
    }
  });

  it('leave pacat no more in its pipe than it must, and the server less than the lead', () => {
    for (const leadMs of [60, 100, 250]) {
      const latency = backend('pacat')
        .args({ ...options, leadMs })
        .find((arg) => arg.startsWith('--latency-msec='));
      expect(Number(latency?.split('=')[1])).toBeLessThan(leadMs);
      expect(Number(latency?.split('=')[1])).toBeGreaterThanOrEqual(40);
    }
  });

  it('understand pacat', () => {
    expect(
      words(
        'pacat',
        'Stream successfully created.',
        'Time: 0.000 sec; Latency: 0 usec.        ',
        'Stream started.\u001b[K',
        'Time: 61.539 sec; Latency: 31736 usec.        ',
        'Stream underrun.\u001b[K',
        'Stream moved to device out (0, not suspended).\u001b[K',
        'Stream device suspended.\u001b[K',
        'Got EOF.',
      ),
    ).toEqual([
      { kind: 'ready' },
      { kind: 'position', positionMs: 0 },
      { kind: 'started' },
      { kind: 'position', positionMs: 61_539 },
      { kind: 'underrun' },
      { kind: 'moved' },
      { kind: 'moved' },
      undefined,
    ]);
  });

  it('understand pw-play', () => {
    expect(
      words(
        'pw-play',
        'stream state changed connecting -> paused',
        'stream state changed paused -> streaming',
        'stream time: now:0 rate:1/48000 ticks:0 delay:0 queued:0 buffered:0 buffers:0 avail:2',
        'stream time: now:2017193038450 rate:1/48000 ticks:96256 delay:256 queued:512 buffered:0 buffers:1 avail:1',
      ),
    ).toEqual([
      { kind: 'ready' },
      { kind: 'started', afterMs: 20 },
      undefined,
      { kind: 'position', positionMs: 2000 },
    ]);
  });

  it("count the periods of aplay's level meter, one buffer ahead of what is heard", () => {
    const meter = '#############+                                     | 24%';
    const said = words(
      'aplay',
      "Playing raw data 'stdin' : Signed 16 bit Little Endian, Rate 48000 Hz, Mono",
      '  buffer_size  : 3840',
      '  period_size  : 960',
      ...Array<string>(6).fill(meter),
      'underrun!!! (at least 0.029 ms long)',
    );
    expect(said[0]).toEqual({ kind: 'ready' });
    expect(said.slice(3, 9)).toEqual(
      [0, 0, 0, 0, 20, 40].map((positionMs) => ({ kind: 'position', positionMs })),
    );
    expect(said[9]).toEqual({ kind: 'underrun' });
  });

  it('take a period and buffer that the device granted, of the device aplay writes to', () => {
    const lines = [
      '  buffer_size  : 4096',
      '  period_size  : 1024',
      '  buffer_size  : 65536',
      '  period_size  : 8192',
    ];
    const said = words('aplay', ...lines, ...Array<string>(5).fill('#  +   | 03%'));
    expect(said.at(-1)).toMatchObject({ kind: 'position', positionMs: expect.closeTo(1024 / 48, 6) });
  });

  it('understand play and ffplay', () => {
    expect(
      words(
        'play',
        'Duration: unknown',
        'In:0.00% 00:01:01.08 [00:00:00.00] Out:51.8k [ -=|=- ]  Clip:0    ',
      ),
    ).toEqual([undefined, { kind: 'position', positionMs: 61_130 }]);
    expect(
      words(
        'ffplay',
        '    nan    :  0.000 fd=   0',
        '  61.53 M-A: -0.000 fd=   0 aq=   62KB vq=    0KB sq=    0B',
      ),
    ).toEqual([undefined, { kind: 'position', positionMs: 61_530 }]);
  });

  const faults: [string, string, string][] = [
    ['pacat', 'Stream error: No such entity', 'BRIDGE_ERR_DEVICE_UNKNOWN'],
    ['pacat', 'Connection failure: Connection refused', 'BRIDGE_ERR_DEVICE_FAILED'],
    ['aplay', 'aplay: main:831: audio open error: Device or resource busy', 'BRIDGE_ERR_DEVICE_BUSY'],
    ['aplay', 'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM nosuch', 'BRIDGE_ERR_DEVICE_UNKNOWN'],
    ['aplay', 'aplay: pcm_write:2127: write error: No such device', 'BRIDGE_ERR_DEVICE_LOST'],
    ['pw-play', 'error: pw_context_connect() failed: Host is down', 'BRIDGE_ERR_DEVICE_FAILED'],
    ['ffplay', 'SDL_OpenAudio (2 channels, 48000 Hz): audio open failed', 'BRIDGE_ERR_DEVICE_UNKNOWN'],
  ];

  it.each(faults)('%s: "%s" is %s', (name, line, code) => {
    expect(backend(name).faults.find(({ pattern }) => pattern.test(line))?.code).toBe(code);
  });
});
