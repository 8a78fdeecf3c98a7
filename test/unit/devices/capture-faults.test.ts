import { describe, expect, it } from 'vitest';
import { captureBackends } from '../../../src/devices/capture-backends.js';
import { type CaptureFault, captureError, type FaultContext } from '../../../src/devices/capture-faults.js';
import { installHint } from '../../../src/devices/sound-tools.js';

function context(name: string, more: Partial<FaultContext> = {}): FaultContext {
  const platform = more.platform ?? 'linux';
  const backend = captureBackends(platform).find((candidate) => candidate.name === name);
  if (backend === undefined) throw new Error(`no ${name}`);
  return { backend, platform, device: 'usb', hadSound: false, ...more };
}

function ended(stderr: string, code: number | null = 1, signal: NodeJS.Signals | null = null): CaptureFault {
  return { kind: 'ended', end: { startError: undefined, code, signal, stderr } };
}

const ALSA_UNKNOWN =
  'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM nope\narecord: main:831: audio open error: No such file or directory';

describe('captureError', () => {
  // Words as the programs print them: parec and pactl 16.1, arecord 1.2.8, SoX 14.4.2, ffmpeg 5.1 were run; the rest is
  // from their source.
  it.each([
    ['parec', 'Stream error: No such entity', 'UNKNOWN'],
    ['parec', 'Stream error: Entity killed', 'LOST'],
    ['parec', 'Connection failure: Connection terminated', 'LOST'],
    [
      'parec',
      'Connection failure: Connection refused\npa_context_connect() failed: Connection refused',
      'FAILED',
    ],
    ['parec', 'Stream error: Device or resource busy', 'BUSY'],
    ['arecord', ALSA_UNKNOWN, 'UNKNOWN'],
    ['arecord', 'arecord: main:831: audio open error: No such device', 'UNKNOWN'],
    ['arecord', 'arecord: main:831: audio open error: Device or resource busy', 'BUSY'],
    ['arecord', 'arecord: pcm_read:2221: read error: No such device', 'LOST'],
    ['arecord', 'arecord: pcm_read:2221: read error: Input/output error', 'LOST'],
    ['arecord', 'Warning: rate is not accurate (requested = 16000Hz, got = 44100Hz)', 'RATE'],
    ['arecord', 'arecord: set_params:1339: Sample format non available', 'FAILED'],
    [
      'rec',
      "sox FAIL formats: can't open input  `nope': snd_pcm_open error: No such file or directory",
      'UNKNOWN',
    ],
    ['rec', 'sox FAIL sox: Sorry, there is no default audio device configured', 'UNKNOWN'],
    ['ffmpeg', 'nope: Input/output error', 'UNKNOWN'],
    ['ffmpeg', "Unknown input format: 'pulse'", 'FAILED'],
    ['pw-record', 'error: pw_context_connect() failed: Host is down', 'FAILED'],
    [
      'pw-record',
      'remote error: id=0 seq:23 res:-2 (No such file or directory): unknown resource 2 op:3',
      'UNKNOWN',
    ],
  ])('tells from the words of %s: %s', (name, stderr, expected) => {
    const error = captureError(ended(stderr), context(name));
    expect(error.code).toBe(`BRIDGE_ERR_DEVICE_${expected}`);
    expect(error.message).toContain(stderr.replace(/\s+/g, ' ').slice(-40));
    expect(error.message.startsWith(name)).toBe(true);
  });

  it.each([
    ['darwin', 'rec', "sox FAIL formats: can't open input `x': can not open audio device", 'UNKNOWN'],
    ['darwin', 'ffmpeg', '[AVFoundation indev @ 0x0] Audio device not found', 'UNKNOWN'],
    [
      'win32',
      'ffmpeg',
      '[dshow @ 0] Could not find audio only device with name [x] among source devices of type audio.',
      'UNKNOWN',
    ],
    [
      'win32',
      'ffmpeg',
      '[dshow @ 0] Could not run graph (sometimes caused by a device already in use by other application)',
      'BUSY',
    ],
  ] as const)('tells on %s from the words of %s: %s', (platform, name, stderr, expected) => {
    expect(captureError(ended(stderr), context(name, { platform })).code).toBe(
      `BRIDGE_ERR_DEVICE_${expected}`,
    );
  });

  it('calls a device lost that is unknown after it gave sound', () => {
    const error = captureError(ended('Stream error: No such entity'), context('parec', { hadSound: true }));
    expect(error.code).toBe('BRIDGE_ERR_DEVICE_LOST');
    expect(error.retryable).toBe(true);
  });

  it.each([
    ['was killed', ended('', null, 'SIGKILL'), 'ENDED', 'SIGKILL'],
    ['ended without a word', ended('', 0), 'ENDED', 'code 0'],
    ['ended with an error without a word', ended('', 3), 'ENDED', 'code 3'],
    ['stalled', { kind: 'stalled', forMs: 2000, stderr: '' } as const, 'STALLED', '2 s'],
    ['floods', { kind: 'flood', stderr: 'no no no' } as const, 'FLOOD', 'no no no'],
    [
      'was moved',
      { kind: 'alarm', code: 'BRIDGE_ERR_DEVICE_LOST', line: 'Stream moved to device out.monitor' } as const,
      'LOST',
      'Stream moved',
    ],
  ])('tells that a recorder %s', (_, fault, expected, words) => {
    const error = captureError(fault, context('parec'));
    expect(error.code).toBe(`BRIDGE_ERR_DEVICE_${expected}`);
    expect(error.message).toContain(words);
  });

  it.each([
    ['linux', 'parec', /apt install pulseaudio-utils.*dnf install pulseaudio-utils.*pacman -S libpulse/],
    ['linux', 'arecord', /apt install alsa-utils/],
    ['darwin', 'rec', /brew install sox/],
    ['win32', 'ffmpeg', /winget install Gyan\.FFmpeg/],
  ] as const)('says on %s how to get %s', (platform, name, hint) => {
    const startError = Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' });
    const fault: CaptureFault = { kind: 'ended', end: { startError, code: null, signal: null, stderr: '' } };
    const error = captureError(fault, context(name, { platform }));
    expect(error.code).toBe('BRIDGE_ERR_DEVICE_TOOL');
    expect(error.message).toMatch(hint);
    expect(error.cause).toBe(startError);
  });

  it.each([
    'setpriv: failed to execute /usr/bin/parec: No such file or directory',
    "/usr/bin/stdbuf: failed to run command '/usr/bin/sox': No such file or directory",
  ])('sees through what the program is wrapped in: %s', (stderr) => {
    const error = captureError(ended(stderr, 127), context('parec'));
    expect(error.code).toBe('BRIDGE_ERR_DEVICE_TOOL');
    expect(error.message).toContain('apt install pulseaudio-utils');
  });

  it('tells a program that may not be run from one that is missing', () => {
    const startError = Object.assign(new Error('spawn EACCES'), { code: 'EACCES' });
    const fault: CaptureFault = { kind: 'ended', end: { startError, code: null, signal: null, stderr: '' } };
    expect(captureError(fault, context('parec')).code).toBe('BRIDGE_ERR_DEVICE_FAILED');
  });

  it('quotes the last line a program says, without what would steer a terminal, and not at length', () => {
    const stderr = `conf.c: inner steps\n\u001b[31mred\u001b[0m\u0007 at last ${'x'.repeat(2000)}\n`;
    const { message } = captureError(ended(stderr), context('parec'));
    expect(message).not.toMatch(/[\u0000-\u001f]/);
    expect(message.length).toBeLessThan(400);
    expect(message).toContain('red at last');
    expect(message).not.toContain('inner steps');
  });

  it('says that no sound server answers where that is so', () => {
    const stderr =
      'Connection failure: Connection refused\npa_context_connect() failed: Connection refused\n';
    expect(captureError(ended(stderr), context('parec')).message).toContain('start PulseAudio or PipeWire');
  });

  it('knows a way to get every program of every platform', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      for (const { program } of captureBackends(platform)) {
        expect(installHint(program, platform), `${program} on ${platform}`).toMatch(/apt|brew|winget/);
      }
    }
  });
});
