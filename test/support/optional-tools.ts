import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that some tests need and `npm ci` cannot install. */
export interface OptionalTool {
  /** Debian package. */
  readonly package: string;
  readonly isThere: boolean;
  readonly needed: string;
}

/** Where nothing may be left out: a missing tool and a skipped test are failures. */
export const isCi = !['', '0', 'false', undefined].includes(process.env['CI']);

export function optionalTools(): readonly OptionalTool[] {
  const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return [
    {
      package: 'chromium',
      isThere: existsSync(chromium),
      needed: `test/e2e (looked at ${chromium}; CHROMIUM names another)`,
    },
    {
      package: 'pulseaudio',
      isThere: isOnPath('pulseaudio'),
      needed: 'sound through a null sink',
    },
    {
      package: 'pulseaudio-utils',
      isThere: ['pactl', 'parec', 'pacat'].every(isOnPath),
      needed: 'sound through a null sink',
    },
    {
      package: 'alsa-utils',
      isThere: isOnPath('arecord'),
      needed: 'test/integration/devices: arecord and the package mic',
    },
    {
      package: 'libasound2-plugins',
      isThere: hasLibrary('alsa-lib/libasound_module_pcm_pulse.so'),
      needed: 'test/integration/devices: ALSA through a null sink',
    },
    { package: 'sox', isThere: isOnPath('sox'), needed: 'test/integration/devices: SoX' },
    {
      package: 'libsox-fmt-alsa',
      isThere: hasLibrary('sox/libsox_fmt_alsa.so'),
      needed: 'test/integration/devices: SoX through ALSA',
    },
    {
      package: 'open-jtalk',
      isThere: isOnPath('open_jtalk'),
      needed: 'test/integration/speech: Open JTalk',
    },
    {
      package: 'open-jtalk-mecab-naist-jdic',
      isThere: existsSync('/var/lib/mecab/dic/open-jtalk/naist-jdic/sys.dic'),
      needed: 'test/integration/speech: Open JTalk',
    },
    { package: 'espeak-ng', isThere: isOnPath('espeak-ng'), needed: 'test/integration/speech: espeak-ng' },
    { package: 'ffmpeg', isThere: isOnPath('ffmpeg'), needed: 'test/integration/devices: ffmpeg' },
    {
      package: 'python3',
      isThere: isOnPath('python3'),
      needed:
        'test/unit/lipsync/training: sentences kept out of the training; test/integration/kept: SQLite on Node 20',
    },
  ];
}

/** Whether these packages' programs are here; names one that `optionalTools` does not know, and it throws. */
export function isThere(...packages: readonly string[]): boolean {
  return packages.every((name) => {
    const tool = optionalTools().find((candidate) => candidate.package === name);
    if (tool === undefined) throw new Error(`optional-tools.ts does not list ${name}`);
    return tool.isThere;
  });
}

/** Looks where Debian puts libraries of any architecture. */
function hasLibrary(path: string): boolean {
  const root = '/usr/lib';
  if (!existsSync(root)) return false;
  const folders = [root, ...readdirSync(root).map((name) => join(root, name))];
  return folders.some((folder) => existsSync(join(folder, path)));
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}
