import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../../src/cli/context.js';
import { lipsSource } from '../../../src/cli/lips-source.js';
import { resolveConfig } from '../../../src/config/index.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lips-source-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const put = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

async function sourceOf(file: string, args: Record<string, string> = {}) {
  let said = '';
  const stderr = new PassThrough();
  stderr.on('data', (data) => {
    said += data;
  });
  const never = new AbortController().signal;
  const io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    env: {},
    drain: never,
    quit: never,
    isTerminal: false,
  };
  const resolved = await resolveConfig({ flags: args, env: {} });
  const context = createContext({ io, args, resolved, version: 'test', reload: async () => resolved });
  const source = await lipsSource(context, file);
  await new Promise((resolve) => setImmediate(resolve));
  return { ...source, said };
}

const LAB = '0 1000000 k\n1000000 3000000 o\n';

describe('lipsSource', () => {
  it('takes a file of the same name beside the sound, and says which', async () => {
    const lab = put('a.lab', LAB);
    const { phonemes, label } = await sourceOf(join(directory, 'a.wav'));
    expect(phonemes?.map(({ phoneme }) => phoneme)).toEqual(['k', 'o']);
    expect(label).toBe(lab);
  });

  it('warns of a file beside it that is something else, and takes the next', async () => {
    put('b.json', '{"title":"B"}');
    const lab = put('b.lab', LAB);
    const { label, said } = await sourceOf(join(directory, 'b.wav'));
    expect(label).toBe(lab);
    expect(said).toMatch(/b\.json: expected a list .* Left out; --timings names a file/);
  });

  it('follows what is heard where there is none', async () => {
    expect(await sourceOf(join(directory, 'c.wav'))).toMatchObject({
      phonemes: undefined,
      label: 'what is heard in the sound',
    });
    expect(await sourceOf('-')).toMatchObject({ phonemes: undefined });
  });

  it('takes --timings and --phonemes first, not both', async () => {
    put('d.json', '[]');
    const timings = put('other.lab', LAB);
    expect(await sourceOf(join(directory, 'd.wav'), { timings })).toMatchObject({ label: timings });
    expect((await sourceOf('-', { phonemes: 'a,100' })).phonemes).toHaveLength(1);
    await expect(sourceOf('-', { phonemes: 'a,100', timings })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_USAGE',
    });
  });

  it('refuses a file of timings that was asked for and is none', async () => {
    const file = join(directory, 'a.wav');
    await expect(sourceOf(file, { timings: join(directory, 'no.lab') })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_TIMING_FILE',
    });
    await expect(sourceOf(file, { timings: put('bad.json', '{') })).rejects.toThrow(
      /bad\.json.*expected JSON/,
    );
  });

  it('uses the lip.txt of the user, and tells what of it MMDAgent-EX does not read', async () => {
    const lip = put('lip.txt', '1 あ 2 open 1 shut 0 more 1');
    const { names, said } = await sourceOf('-', { 'lip-txt': lip });
    expect(names.table.names).toEqual(['open', 'shut']);
    expect(said).toMatch(/does not read what stands behind .* from "more" on/);
    await expect(sourceOf('-', { 'lip-txt': put('bad.txt', 'x') })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LIP_TABLE',
    });
    await expect(sourceOf('-', { 'lip-txt': join(directory, 'no.txt') })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LIP_TABLE',
    });
  });

  it('warns where a changed lip.txt lacks what estimates use, and only then', async () => {
    const lip = put('few.txt', '1 あ 3 sil 0 a 0.5 t 0.1');
    const { said } = await sourceOf('-', { 'lip-txt': lip });
    expect(said).toMatch(/shown as the most alike: .*sil for m\b/);
    expect((await sourceOf('-', { 'lip-txt': lip, phonemes: 'a,100' })).said).toBe('');
    expect((await sourceOf('-')).said).toBe('');
  });
});
