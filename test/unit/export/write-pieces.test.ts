import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePieces } from '../../../src/export/index.js';
import { RequestError } from '../../../src/runtime/index.js';

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<string> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield text;
  }
}

describe('writePieces', () => {
  let folder: string;
  const file = (): string => join(folder, 'out.csv');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-pieces-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes them one after another, and more than a block of them', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => `${n} あ "long enough to fill blocks"\n`);
    await writePieces(file(), pieces(...many));
    expect(readFileSync(file(), 'utf8')).toBe(many.join(''));
    expect(readdirSync(folder)).toEqual(['out.csv']);
  });

  it('keeps the file that was there when it cannot finish', async () => {
    writeFileSync(file(), 'before');
    const error = new RequestError('BRIDGE_ERR_SESSION', 'damaged');
    await expect(writePieces(file(), pieces('a', error))).rejects.toBe(error);
    expect(readFileSync(file(), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['out.csv']);
  });

  it('ends with the signal, leaving nothing', async () => {
    const signal = AbortSignal.abort();
    await expect(writePieces(file(), pieces('a'), signal)).rejects.toBe(signal.reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what is wrong with the place', async () => {
    mkdirSync(file());
    await expect(writePieces(file(), pieces('a'))).rejects.toMatchObject({ code: 'BRIDGE_ERR_FILE_WRITE' });
    await expect(writePieces(join(folder, 'no', 'x.csv'), pieces('a'))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_FILE_WRITE',
      message: expect.stringContaining('folder exists'),
    });
  });

  it('writes through a link', async () => {
    writeFileSync(join(folder, 'real.csv'), 'before');
    symlinkSync('real.csv', file());
    await writePieces(file(), pieces('after'));
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.csv'), 'utf8')).toBe('after');
  });

  it.runIf(existsSync('/usr/bin/mkfifo'))('writes into a pipe and leaves it one', async () => {
    execFileSync('mkfifo', [file()]);
    const [text] = await Promise.all([readFile(file(), 'utf8'), writePieces(file(), pieces('a', 'b'))]);
    expect(text).toBe('ab');
    expect(lstatSync(file()).isFIFO()).toBe(true);
  });
});
