import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRig, cliRig } from './rig.js';

const SAMPLE = fileURLToPath(new URL('../../../fixtures/audio/speech-sample.wav', import.meta.url));

let rig: CliRig;
beforeAll(() => {
  rig = cliRig();
});
afterAll(() => rig.close());

describe('lipsync --plot', () => {
  it('draws an SVG with estimated phonemes, without avatar and loudspeaker', async () => {
    const { code, stderr, stdout } = await rig.run('lipsync', SAMPLE, '--plot', 'a.svg', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'a.svg', durationMs: 5922 });
    const svg = readFileSync(join(rig.directory, 'a.svg'), 'utf8');
    expect(svg).toContain('phonemes from the sound (estimated)');
    expect(svg.match(/>[aiueo]</g)?.length).toBeGreaterThan(10);
  });

  it('draws a PNG with given phonemes', async () => {
    const { code, stderr } = await rig.run(
      'lipsync',
      SAMPLE,
      '--phonemes',
      'sil,300,a,500',
      '--plot',
      'b.PNG',
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('b.PNG: 5.9 s, 2 phonemes');
    expect(readFileSync(join(rig.directory, 'b.PNG')).subarray(1, 4).toString('latin1')).toBe('PNG');
  });

  it('says what is wrong with the place', async () => {
    const kind = await rig.run('lipsync', SAMPLE, '--plot', 'a.jpg');
    expect([kind.code, kind.stderr]).toEqual([2, expect.stringContaining('.svg or .png')]);
    const place = await rig.run('lipsync', SAMPLE, '--plot', 'no/such/folder/a.svg');
    expect([place.code, place.stderr]).toEqual([1, expect.stringContaining('could not be written')]);
  });
});
