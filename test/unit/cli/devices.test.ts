import { describe, expect, it } from 'vitest';
import { deviceTable } from '../../../src/cli/commands/devices.js';
import type { Device, DeviceList } from '../../../src/devices/index.js';

const USB: Device = {
  kind: 'input',
  backend: 'parec',
  index: 0,
  id: 'usb',
  name: 'USB Headset',
  channels: 1,
  sampleRatesHz: [44_100, 48_000],
  isDefault: true,
  isMonitor: false,
};
const MONITOR: Device = {
  ...USB,
  index: 1,
  id: 'out.monitor',
  name: 'Evil\u001b[31m',
  channels: undefined,
  sampleRatesHz: undefined,
  isDefault: false,
  isMonitor: true,
};

function list(backend: string, devices: readonly Device[], reason?: string): DeviceList {
  return { kind: 'input', backend, isAvailable: devices.length > 0, reason, devices };
}

describe('deviceTable', () => {
  it('shows what auto takes first, columns in line, then the others, then what is not usable and why', () => {
    const lists = [
      list('gone', [], 'gone is not installed;\n  get it'),
      list('other', [{ ...USB, backend: 'other' }]),
      list('parec', [USB, MONITOR]),
    ];
    expect(
      deviceTable({ title: 'Microphones', lists, auto: 'parec' }, '--input-backend', '--input-device'),
    ).toEqual([
      'Microphones (--input-backend, --input-device takes an index, id or name)',
      '  parec (auto)',
      '    0*  usb          USB Headset  1 ch  44100/48000 Hz',
      '    1   out.monitor  Evil�[31m                          what the loudspeaker plays',
      '  other',
      '    0*  usb  USB Headset  1 ch  44100/48000 Hz',
      '  Not usable here',
      '    gone: gone is not installed; get it',
    ]);
  });

  it('says none where there is none', () => {
    expect(deviceTable({ title: 'T', lists: [list('x', [])], auto: undefined }, '-b', '-d')).toEqual([
      'T (-b, -d takes an index, id or name)',
      '  none',
      '  Not usable here',
      '    x: it does not run here',
    ]);
  });
});
