import { describe, expect, it } from 'vitest';
import { systemHost } from '../../../src/programs/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { createEyes } from '../../../src/tools/index.js';
import { pictureSize } from '../../../src/tools/vision/data-url.js';
import { isThere } from '../../support/optional-tools.js';
import { TURN } from '../../unit/tools/support.js';

function testPicture(size: string, ...output: string[]): readonly string[] {
  return [
    'ffmpeg',
    '-hide_banner',
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    `testsrc=size=${size}`,
    '-frames:v',
    '1',
    ...output,
    '-',
  ];
}

const JPEG = ['-f', 'image2pipe', '-c:v', 'mjpeg'];
const PNG = ['-f', 'image2pipe', '-c:v', 'png'];

const eyes = createEyes(
  {
    commands: {
      small: testPicture('320x240', ...JPEG),
      wide: testPicture('3840x1080', ...PNG),
      words: ['ffmpeg', '-version'],
      endless: [
        'ffmpeg',
        '-hide_banner',
        '-loglevel',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc=size=1280x720',
        '-f',
        'rawvideo',
        '-',
      ],
    },
    maxSide: 640,
  },
  { clock: new SystemClock(), host: systemHost(process.env) },
);

function sizeOf(url: string): { readonly width: number; readonly height: number } | undefined {
  return pictureSize(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

describe.skipIf(!isThere('ffmpeg'))('Eyes with real programs', () => {
  it('take a picture as it is when it is small enough', async () => {
    const url = await eyes.look('small', TURN);
    expect(url).toMatch(/^data:image\/jpeg;base64,/);
    expect(sizeOf(url)).toEqual({ width: 320, height: 240 });
  });

  it('make a large picture smaller, in its own shape', async () => {
    const url = await eyes.look('wide', TURN);
    expect(url).toMatch(/^data:image\/jpeg;base64,/);
    expect(sizeOf(url)).toEqual({ width: 640, height: 180 });
  });

  it('refuse what is no picture, and end what gives without end', async () => {
    await expect(eyes.look('words', TURN)).rejects.toThrow(/what it gave is no picture/);
    await expect(eyes.look('endless', TURN)).rejects.toThrow(/more than a picture/);
  });
});
