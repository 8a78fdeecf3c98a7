import { describe, expect, it } from 'vitest';
import { captureBackends } from '../../../src/devices/capture-backends.js';

function argsOf(platform: NodeJS.Platform, name: string, device?: string): readonly string[] {
  const backend = captureBackends(platform).find((candidate) => candidate.name === name);
  if (backend === undefined) throw new Error(`no ${name} on ${platform}`);
  return [backend.program, ...backend.args(device)];
}

const words = (line: string): string[] => line.split(' ');
const SOX_OUT = '-t raw -r 16000 -c 1 -e signed-integer -b 16 -L -';
const FFMPEG_IN = 'ffmpeg -hide_banner -nostdin -loglevel error -fflags nobuffer';
const FFMPEG_OUT = '-ar 16000 -ac 1 -f s16le -flush_packets 1 -';

describe('capture backends', () => {
  it.each([
    ['linux', ['parec', 'pw-record', 'arecord', 'rec', 'ffmpeg', 'mic']],
    ['freebsd', ['parec', 'pw-record', 'arecord', 'rec', 'ffmpeg', 'mic']],
    ['darwin', ['rec', 'ffmpeg', 'mic']],
    ['win32', ['ffmpeg', 'rec']],
  ] as const)('are on %s, the best first: %j', (platform, names) => {
    expect(captureBackends(platform).map(({ name }) => name)).toEqual(names);
  });

  it('leave the package mic to those who ask for it by name', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const byName = captureBackends(platform).filter(({ isByNameOnly }) => isByNameOnly === true);
      expect(byName.map(({ name }) => name)).toEqual(['mic']);
    }
  });

  it.each([
    [
      'linux',
      'parec',
      'parec --verbose --raw --format=s16le --rate=16000 --channels=1 --latency-msec=20 --client-name=mmdagent-bridge',
    ],
    ['linux', 'pw-record', 'pw-record --rate=16000 --channels=1 --format=s16 --latency=20ms -'],
    ['linux', 'arecord', 'arecord -t raw -f S16_LE -r 16000 -c 1 --buffer-time=80000 --period-time=20000'],
    [
      'linux',
      'rec',
      `sox -q -V2 --buffer 640 -t alsa -r 16000 -c 1 -e signed-integer -b 16 default ${SOX_OUT}`,
    ],
    [
      'linux',
      'ffmpeg',
      `${FFMPEG_IN} -probesize 32 -analyzeduration 0 -f pulse -fragment_size 640 -sample_rate 16000 -channels 1 -name mmdagent-bridge -i default ${FFMPEG_OUT}`,
    ],
    ['darwin', 'rec', `sox -q -V2 --buffer 640 -t coreaudio default ${SOX_OUT}`],
    ['darwin', 'ffmpeg', `${FFMPEG_IN} -f avfoundation -i :default ${FFMPEG_OUT}`],
    [
      'win32',
      'rec',
      `sox -q -V2 --buffer 640 -t waveaudio -r 16000 -c 1 -e signed-integer -b 16 default ${SOX_OUT}`,
    ],
  ] as const)('call the default microphone on %s by %s', (platform, name, line) => {
    expect(argsOf(platform, name)).toEqual(words(line));
  });

  it.each([
    ['linux', 'parec', 'alsa_input.usb', ['--device=alsa_input.usb']],
    ['linux', 'arecord', 'plughw:CARD=Headset,DEV=0', ['-D', 'plughw:CARD=Headset,DEV=0']],
    ['linux', 'rec', 'plughw:1,0', ['plughw:1,0']],
    ['linux', 'ffmpeg', 'alsa_input.usb', ['-i', 'alsa_input.usb']],
    ['darwin', 'rec', 'Built-in Microphone', ['coreaudio', 'Built-in Microphone']],
    ['darwin', 'ffmpeg', 'Built-in Microphone', ['-i', ':Built-in Microphone']],
    ['win32', 'ffmpeg', 'Microphone (Realtek)', ['-i', 'audio=Microphone (Realtek)']],
    ['win32', 'rec', 'Microphone (Realtek)', ['16', 'Microphone (Realtek)', '-t']],
  ] as const)('give a device on %s to %s as one word', (platform, name, device, expected) => {
    expect(argsOf(platform, name, device).join('\0')).toContain(expected.join('\0'));
  });

  it('keep PipeWire from giving another microphone than the one that was named', () => {
    expect(argsOf('linux', 'pw-record', 'vmic').slice(5, -1)).toEqual([
      '--properties={ node.dont-reconnect=true node.dont-fallback=true }',
      '--target=vmic',
    ]);
    expect(argsOf('linux', 'pw-record', 'out.monitor').slice(5, -1)).toEqual([
      '--properties={ node.dont-reconnect=true node.dont-fallback=true stream.capture.sink=true }',
      '--target=out',
    ]);
  });

  it('ask ffmpeg on Windows for small buffers, since half a second is its default', () => {
    expect(argsOf('win32', 'ffmpeg', 'x').join(' ')).toContain('-f dshow -audio_buffer_size 20 -i');
  });
});
