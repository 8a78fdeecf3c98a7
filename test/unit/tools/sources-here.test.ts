import { describe, expect, it } from 'vitest';
import { sightPrompt, sourcesHere } from '../../../src/tools/index.js';
import { scriptedHost } from '../../support/speech/scripted-programs.js';

function machine(
  programs: readonly string[],
  platform: NodeJS.Platform = 'linux',
  env: Readonly<Record<string, string>> = {},
) {
  return { ...scriptedHost({ programs, answer: {} }), platform, env };
}

/** A device that every machine has. */
const camera = '/dev/null';

describe('Sources of pictures of a machine', () => {
  it.each<[string, Parameters<typeof machine>, object, readonly string[]]>([
    ['a camera with a program for it', [['ffmpeg']], { camera }, ['camera']],
    ['a camera and nothing that takes a photo', [[]], { camera }, []],
    ['a program and no camera', [['ffmpeg']], { camera: '/dev/no-camera' }, []],
    ['a screen and a program', [['scrot'], 'linux', { DISPLAY: ':0' }], {}, ['screenshot']],
    ['a program and no screen', [['scrot']], {}, []],
    ['a Mac', [['ffmpeg', 'screencapture'], 'darwin'], {}, ['camera', 'screenshot']],
    ['a Windows without ffmpeg', [['powershell'], 'win32'], {}, ['screenshot']],
    ['what the settings name', [[]], { commands: { phone: ['phone-photo'] } }, ['phone']],
  ])('are known without looking: %s', async (_title, [programs, platform, env], settings, sources) => {
    const host = machine(programs, platform, env);
    expect(await sourcesHere(settings, { host })).toEqual(sources);
    expect(host.spawned).toEqual([]);
  });

  it('are all that a hook may give', async () => {
    const host = machine([]);
    const sources = await sourcesHere({}, { host, getImageUrl: () => undefined });
    expect(sources).toEqual(['camera', 'screenshot']);
  });

  it('are told to a model in words', () => {
    expect(sightPrompt([])).toBe('');
    expect(sightPrompt(['camera', 'screenshot', 'phone'])).toBe(
      "When you must see the user, write [vision:camera]; when you must see the user's screen, write [vision:screenshot]; when you must see what phone shows, write [vision:phone]. The picture comes with the next message. The mark itself is neither spoken nor shown.",
    );
  });
});
