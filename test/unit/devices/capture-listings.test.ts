import { describe, expect, it } from 'vitest';
import { autoInput, chooseDevice, deviceNames, listInputs } from '../../../src/devices/index.js';
import { isAlsaName, parseAlsa } from '../../../src/devices/input-alsa.js';
import { parseAvfoundation, parseDshow, parseFfmpegSources } from '../../../src/devices/input-ffmpeg.js';
import { parsePipewire } from '../../../src/devices/input-pipewire.js';
import { parsePulse } from '../../../src/devices/input-pulse.js';
import { actedHost } from './capture-acting.js';

/** As pactl 16.1 prints, shortened by what is not read. */
const PACTL = `Source #0
	State: IDLE
	Name: out.monitor
	Description: Monitor of Null Output
	Sample Specification: s16le 2ch 48000Hz
	Monitor of Sink: out
	Properties:
		device.description = "Monitor of Null Output"

Source #5
	State: RUNNING
	Name: alsa_input.usb-Headset-00.mono
	Description: USB Headset: Source #3
	Sample Specification: s24le 1ch 44100Hz
	Monitor of Sink: n/a
	Ports:
		analog-input-mic: Microphone (type: Mic, priority: 8700)
`;

const ARECORD_NAMES = `null
    Discard all samples (playback) or generate zero samples (capture)
default
    Playback/recording through the PulseAudio sound server
samplerate
    Rate Converter Plugin Using Samplerate Library
pulse
    PulseAudio Sound Server
sysdefault:CARD=Headset
    USB Headset, USB Audio
    Default Audio Device
front:CARD=Headset,DEV=0
    USB Headset, USB Audio
surround51:CARD=Headset,DEV=0
    USB Headset, USB Audio
plughw:CARD=Headset,DEV=0
    USB Headset, USB Audio
podcast
    A mixer of my own
`;
const ARECORD_CARDS = `**** List of CAPTURE Hardware Devices ****
card 0: PCH [HDA Intel PCH], device 0: ALC257 Analog [ALC257 Analog]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 1: Headset [USB Headset], device 0: USB Audio [USB Audio]
  Subdevices: 0/1
  Subdevice #0: subdevice #0
`;

const brief = (devices: readonly { index: number; id: string; name: string }[]): unknown[] =>
  devices.map(({ index, id, name }) => [index, id, name]);

describe('parsePulse', () => {
  it('reads sources, which of them is the default and which hears a loudspeaker', () => {
    expect(parsePulse(PACTL, 'input', 'parec', 'alsa_input.usb-Headset-00.mono')).toEqual([
      {
        kind: 'input',
        backend: 'parec',
        index: 0,
        id: 'out.monitor',
        name: 'Monitor of Null Output',
        channels: 2,
        sampleRatesHz: [48_000],
        isDefault: false,
        isMonitor: true,
      },
      {
        kind: 'input',
        backend: 'parec',
        index: 1,
        id: 'alsa_input.usb-Headset-00.mono',
        name: 'USB Headset: Source #3',
        channels: 1,
        sampleRatesHz: [44_100],
        isDefault: true,
        isMonitor: false,
      },
    ]);
  });

  it('finds nothing in nothing', () => {
    expect(parsePulse('', 'input', 'parec', undefined)).toEqual([]);
  });
});

describe('parsePipewire', () => {
  const node = (id: number, mediaClass: string, name: string, format: unknown): unknown => ({
    id,
    type: 'PipeWire:Interface:Node',
    info: {
      props: { 'media.class': mediaClass, 'node.name': name, 'node.description': `The ${name}` },
      params: { EnumFormat: [format] },
    },
  });
  const dump = [
    node(1, 'Audio/Source', 'usb', { rate: { default: 48_000, min: 1, max: 192_000 }, channels: 2 }),
    node(2, 'Audio/Sink', 'out', { rate: 44_100, channels: 2 }),
    node(3, 'Video/Source', 'camera', {}),
    node(4, 'Stream/Input/Audio', 'a recorder', {}),
    node(5, 'Audio/Source/Virtual', 'gone', {}),
    {
      id: 6,
      type: 'PipeWire:Interface:Metadata',
      metadata: [{ key: 'default.audio.source', value: { name: 'usb' } }],
    },
  ];
  const text = `${JSON.stringify(dump, undefined, 2)}\n`;

  it('reads sources and what sinks play, in the form that pw-record takes', () => {
    expect(parsePipewire(text, 'input', 'pw-record').slice(0, 2)).toEqual([
      {
        kind: 'input',
        backend: 'pw-record',
        index: 0,
        id: 'usb',
        name: 'The usb',
        channels: 2,
        sampleRatesHz: [48_000],
        isDefault: true,
        isMonitor: false,
      },
      {
        kind: 'input',
        backend: 'pw-record',
        index: 1,
        id: 'out.monitor',
        name: 'Monitor of The out',
        channels: 2,
        sampleRatesHz: [44_100],
        isDefault: false,
        isMonitor: true,
      },
    ]);
  });

  it('reads the arrays of changes that follow when something comes or goes meanwhile', () => {
    const changes = `${JSON.stringify([{ id: 5, info: null }], undefined, 2)}\n`;
    expect(parsePipewire(text + changes, 'input', 'pw-record').map(({ id }) => id)).toEqual([
      'usb',
      'out.monitor',
    ]);
  });

  it('refuses what is no JSON', () => {
    expect(() => parsePipewire('[oops', 'input', 'pw-record')).toThrow(SyntaxError);
  });
});

describe('parseAlsa', () => {
  it('reads what is configured and each card with conversion, not other views of the same', () => {
    expect(brief(parseAlsa(ARECORD_NAMES, ARECORD_CARDS, 'arecord'))).toEqual([
      [0, 'default', 'Playback/recording through the PulseAudio sound server'],
      [1, 'pulse', 'PulseAudio Sound Server'],
      [2, 'podcast', 'A mixer of my own'],
      [3, 'plughw:CARD=PCH,DEV=0', 'HDA Intel PCH, ALC257 Analog'],
      [4, 'plughw:CARD=Headset,DEV=0', 'USB Headset, USB Audio'],
    ]);
  });

  it('does not believe in plugins where nothing is the default', () => {
    const names = 'null\n    Nothing\npulse\n    PulseAudio Sound Server\n';
    expect(parseAlsa(names, '', 'arecord')).toEqual([]);
  });

  it.each(['hw:1,0', 'plughw:CARD=x,DEV=0', 'pulse:mic.monitor'])('knows that %s may be a device', (name) => {
    expect(isAlsaName(name)).toBe(true);
  });

  it.each(['Headset', '3', 'a:', ': b'])('knows that %s is none', (name) => {
    expect(isAlsaName(name)).toBe(false);
  });
});

describe("ffmpeg's lists", () => {
  it('of PulseAudio: with and without media types', () => {
    const text =
      'Auto-detected sources for pulse:\n  out.monitor [Monitor of Out] (none)\n* usb [USB [x] Headset] (none)\n  old [Old]\n';
    expect(
      parseFfmpegSources(text, 'ffmpeg').map(({ id, name, isDefault, isMonitor }) => [
        id,
        name,
        isDefault,
        isMonitor,
      ]),
    ).toEqual([
      ['out.monitor', 'Monitor of Out', false, true],
      ['usb', 'USB [x] Headset', true, false],
      ['old', 'Old', false, false],
    ]);
  });

  it('of AVFoundation: only audio; a name with a colon goes by its number', () => {
    const text = `[AVFoundation indev @ 0x7f8b1c004000] AVFoundation video devices:
[AVFoundation indev @ 0x7f8b1c004000] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8b1c004000] [1] Capture screen 0
[AVFoundation indev @ 0x7f8b1c004000] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8b1c004000] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x7f8b1c004000] [1] Mixer: in [2]
[in#0 @ 0x7f8b1c005000] Error opening input: Input/output error
`;
    expect(brief(parseAvfoundation(text, 'ffmpeg'))).toEqual([
      [0, 'MacBook Pro Microphone', 'MacBook Pro Microphone'],
      [1, '1', 'Mixer: in [2]'],
    ]);
  });

  it('of DirectShow since 5.0: by media type, with the name that stays', () => {
    const text = `[dshow @ 000001] "Integrated Camera" (video)
[dshow @ 000001]   Alternative name "@device_pnp_\\\\?\\usb#vid"
[dshow @ 000001] "Microphone (2- USB)" (audio)
[dshow @ 000001]   Alternative name "@device_cm_{33D9}\\wave_{E26A}"
[dshow @ 000001] "OBS" (audio, video)
dummy: Immediate exit requested
`;
    expect(brief(parseDshow(text, 'ffmpeg'))).toEqual([
      [0, '@device_cm_{33D9}\\wave_{E26A}', 'Microphone (2- USB)'],
      [1, 'OBS', 'OBS'],
    ]);
  });

  it('of DirectShow before 5.0: by headings', () => {
    const text = `[dshow @ 03ACF580] DirectShow video devices\r
[dshow @ 03ACF580]  "Integrated Camera"\r
[dshow @ 03ACF580]     Alternative name "@device_pnp_x"\r
[dshow @ 03ACF580] DirectShow audio devices\r
[dshow @ 03ACF580]  "Internal Microphone (Conexant 2"\r
`;
    expect(brief(parseDshow(text, 'ffmpeg'))).toEqual([
      [0, 'Internal Microphone (Conexant 2', 'Internal Microphone (Conexant 2'],
    ]);
  });
});

describe('chooseDevice', () => {
  const devices = parseAlsa(ARECORD_NAMES, ARECORD_CARDS, 'arecord');

  it.each([
    ['its index', '3', 'plughw:CARD=PCH,DEV=0'],
    ['its id', 'pulse', 'pulse'],
    ['its whole name', 'A mixer of my own', 'podcast'],
    ['its whole name in other letters', 'a MIXER of my own', 'podcast'],
    ['a part of its name', 'alc257', 'plughw:CARD=PCH,DEV=0'],
    ['a part of its id', 'CARD=Headset', 'plughw:CARD=Headset,DEV=0'],
  ])('takes %s', (_, wanted, id) => {
    expect(chooseDevice(devices, wanted)?.id).toBe(id);
  });

  it.each(['5', 'no such thing'])('finds none for %s', (wanted) => {
    expect(chooseDevice(devices, wanted)).toBeUndefined();
  });

  it('refuses a part that fits several, and lists them', () => {
    expect(() => chooseDevice(devices, 'DEV=0')).toThrow(
      /fits several.*3 \(plughw:CARD=PCH.*4 \(plughw:CARD=H/,
    );
  });

  it('takes a whole name even when it is a part of another', () => {
    const [first] = devices;
    if (first === undefined) throw new Error('no device');
    const alike = [
      { ...first, index: 0, id: 'a', name: 'USB' },
      { ...first, index: 1, id: 'b', name: 'USB 2' },
    ];
    expect(chooseDevice(alike, 'usb')?.id).toBe('a');
  });

  it('names no more devices than can be read', () => {
    const [first] = devices;
    if (first === undefined) throw new Error('no device');
    const many = Array.from({ length: 30 }, (_, index) => ({ ...first, index }));
    expect(deviceNames(many)).toContain('and 10 more');
    expect(deviceNames([])).toBe('none');
  });
});

describe('listInputs', () => {
  it('tells of each backend what it has, or why it has nothing', async () => {
    const host = actedHost({
      programs: ['parec', 'pactl', 'pw-record', 'pw-dump', 'sox'],
      answers: {
        'pactl list sources': { stdout: PACTL },
        'pactl info': { stdout: 'Default Source: out.monitor\n' },
        'pw-dump': { code: 255, stderr: "can't connect: Host is down\n" },
      },
    });
    const lists = await listInputs(host);
    expect(lists.map(({ backend, isAvailable, devices }) => [backend, isAvailable, devices.length])).toEqual([
      ['parec', true, 2],
      ['pw-record', false, 0],
      ['arecord', false, 0],
      // Only what would list is missing.
      ['rec', true, 0],
      ['ffmpeg', false, 0],
      ['mic', false, 0],
    ]);
    expect(lists[0]?.devices[0]?.isDefault).toBe(true);
    expect(lists[1]?.reason).toBe("can't connect: Host is down");
    expect(lists[2]?.reason).toContain('apt install alsa-utils');
    expect(autoInput(lists, 'linux')).toBe('parec');
  });

  it('tells that a server hangs', async () => {
    const host = actedHost({
      programs: ['parec', 'pactl'],
      answers: { pactl: { code: undefined as never } },
    });
    expect((await listInputs(host))[0]?.reason).toContain('hangs');
  });

  it('never calls the package mic the automatic choice', async () => {
    const host = actedHost({
      programs: ['arecord'],
      answers: { 'arecord -L': { stdout: ARECORD_NAMES }, 'arecord -l': { stdout: ARECORD_CARDS } },
    });
    const lists = await listInputs(host);
    expect(
      autoInput(
        lists.filter(({ backend }) => backend === 'mic'),
        'linux',
      ),
    ).toBeUndefined();
    expect(autoInput(lists, 'linux')).toBe('arecord');
  });
});
