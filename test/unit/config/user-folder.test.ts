import { describe, expect, it } from 'vitest';
import { calibrationFile, userConfigFolder } from '../../../src/config/index.js';

describe('userConfigFolder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string | undefined]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.config/mmdagent-bridge'],
    ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: '/x/y' }, '/x/y/mmdagent-bridge'],
    ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: 'relative' }, '/home/a/.config/mmdagent-bridge'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/mmdagent-bridge'],
    ['linux', { HOME: '' }, undefined],
    [
      'darwin',
      { HOME: '/Users/a', XDG_CONFIG_HOME: '/x' },
      '/Users/a/Library/Application Support/mmdagent-bridge',
    ],
    ['darwin', {}, undefined],
    [
      'win32',
      { APPDATA: 'C:\\Users\\a\\AppData\\Roaming' },
      'C:\\Users\\a\\AppData\\Roaming\\mmdagent-bridge',
    ],
    ['win32', { USERPROFILE: 'C:\\Users\\a' }, 'C:\\Users\\a\\AppData\\Roaming\\mmdagent-bridge'],
    ['win32', { HOME: '/home/a' }, undefined],
  ])('on %s with %j is %j', (platform, env, expected) => {
    expect(userConfigFolder(env, platform)).toBe(expected);
  });

  it('holds the calibrations', () => {
    expect(calibrationFile({ HOME: '/home/a' }, 'linux')).toBe(
      '/home/a/.config/mmdagent-bridge/calibration.json',
    );
    expect(calibrationFile({ APPDATA: 'C:\\r' }, 'win32')).toBe('C:\\r\\mmdagent-bridge\\calibration.json');
    expect(calibrationFile({}, 'linux')).toBeUndefined();
  });
});
