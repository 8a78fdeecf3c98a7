import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLinkUrl } from '../../../src/config/index.js';
import { patchMdfFile, writeMdfFile } from '../../../src/mdf/index.js';

const WS = parseLinkUrl('ws-listen://');
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mdf-'));
  file = join(folder, 'main.mdf');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('patchMdfFile', () => {
  it('keeps the first original as .bak and leaves no other file', async () => {
    writeFileSync(file, 'a=1\n');
    expect((await patchMdfFile(file, WS)).backupPath).toBe(`${file}.bak`);
    await patchMdfFile(file, parseLinkUrl('tcp://h'));
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe('a=1\n');
    expect(readFileSync(file, 'utf8')).toContain('Plugin_Remote_EnableServer=true');
    expect(readdirSync(folder).sort()).toEqual(['main.mdf', 'main.mdf.bak']);
  });

  it('touches nothing when nothing has to change', async () => {
    writeFileSync(file, '');
    await patchMdfFile(file, WS);
    rmSync(`${file}.bak`);
    const before = statSync(file).ino;
    expect(await patchMdfFile(file, WS)).toEqual({ changes: [], backupPath: undefined });
    expect(statSync(file).ino).toBe(before);
    expect(readdirSync(folder)).toEqual(['main.mdf']);
  });

  it('keeps permissions and follows a symbolic link', async () => {
    writeFileSync(file, '');
    chmodSync(file, 0o640);
    const link = join(folder, 'link.mdf');
    symlinkSync(file, link);
    await patchMdfFile(link, WS);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(file, 'utf8')).toContain('Websocket_Port=9001');
  });

  it('says which file is not there', async () => {
    await expect(patchMdfFile(file, WS)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_MDF',
      message: expect.stringContaining(file),
    });
  });
});

describe('writeMdfFile', () => {
  it('reports a target that cannot be replaced and cleans up', async () => {
    mkdirSync(join(file, 'x'), { recursive: true });
    await expect(writeMdfFile(file, new Uint8Array())).rejects.toMatchObject({ code: 'BRIDGE_ERR_MDF' });
    expect(readdirSync(folder)).toEqual(['main.mdf']);
  });
});
