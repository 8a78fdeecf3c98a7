import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assertTimingsPlace, timingsPlace } from '../../../src/cli/timings-place.js';

const folder = mkdtempSync(join(tmpdir(), 'timings-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function placeWith(name: string, files: Readonly<Record<string, string>>) {
  for (const [ending, text] of Object.entries(files)) writeFileSync(join(folder, `${name}${ending}`), text);
  return timingsPlace(join(folder, `${name}.wav`));
}

const OURS = JSON.stringify({ unit: 'ms', sentences: [], phonemes: [] });

describe('assertTimingsPlace', () => {
  it('lies beside the sound, whatever dots its folder has', () => {
    expect(timingsPlace('a.b/c.d.wav')).toEqual({ json: 'a.b/c.d.json', lab: 'a.b/c.d.lab' });
  });

  it.each([
    ['nothing is there', {}],
    ['`say` wrote what is there', { '.json': OURS, '.lab': '0 1 a\n' }],
  ])('is free where %s', async (name, files) => {
    await expect(assertTimingsPlace(placeWith(name, files))).resolves.toBeUndefined();
  });

  it.each([
    ['a package', { '.json': '{"name": "package"}' }, '.json'],
    ['no JSON', { '.json': 'notes' }, '.json'],
    ['a list', { '.json': '[]' }, '.json'],
    ["somebody's labels", { '.lab': '0 1 a\n' }, '.lab'],
  ])('is taken by %s', async (name, files, ending) => {
    await expect(assertTimingsPlace(placeWith(name, files))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_USAGE',
      message: expect.stringContaining(`${name}${ending}`),
    });
  });
});
