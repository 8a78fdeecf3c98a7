import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemHost } from '../../../src/programs/index.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-'));
  for (const name of ['both.exe', 'both.cmd', 'shim.cmd', 'old.bat', 'plain']) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, 'text'), '');
});
afterAll(async () => rm(folder, { recursive: true }));

describe('systemHost', () => {
  it('finds only what Windows can start without a shell', async () => {
    const host = systemHost({ Path: folder }, 'win32');
    expect(await host.find('both')).toBe(join(folder, 'both.exe'));
    expect(await host.find('both.exe')).toBe(join(folder, 'both.exe'));
    expect(await host.find('shim')).toBeUndefined();
    expect(await host.find('old')).toBeUndefined();
  });

  it('finds a batch file on Windows only by its full name', async () => {
    const host = systemHost({ Path: folder }, 'win32');
    expect(await host.find('shim.cmd')).toBe(join(folder, 'shim.cmd'));
  });

  it.skipIf(process.platform === 'win32')(
    'finds what is executable elsewhere, by the name it has',
    async () => {
      const host = systemHost({ PATH: `:/nowhere:${folder}` }, 'linux');
      expect(await host.find('plain')).toBe(join(folder, 'plain'));
      expect(await host.find('both')).toBeUndefined();
      expect(await host.find('text')).toBeUndefined();
    },
  );

  it('answers without a code where Node throws instead of spawning', async () => {
    const host = systemHost({ PATH: folder });
    const answer = await host.run(join(folder, 'plain'), ['a\0b'], { timeoutMs: 1000 });
    expect(answer).toMatchObject({ code: undefined, stdout: '' });
  });

  it.skipIf(process.platform === 'win32')(
    'gives a program that inherits nothing only what it is told, in the folder it is told',
    async () => {
      const host = systemHost({ PATH: process.env['PATH'], OPENAI_API_KEY: 'secret' });
      const options = { stdin: false, inheritsEnv: false, env: { ONLY: 'this' }, cwd: folder };
      const program = host.spawn('/bin/sh', ['-c', 'pwd -P; env'], options);
      let told = '';
      program.stdout?.on('data', (bytes: Buffer) => {
        told += bytes.toString();
      });
      await new Promise((resolve) => program.on('close', resolve));
      expect(told).toContain(folder);
      expect(told).toContain('ONLY=this');
      expect(told).not.toMatch(/OPENAI_API_KEY|LC_ALL/);
    },
  );
});
