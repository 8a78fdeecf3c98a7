import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UploadSpool } from '../../../src/server/upload-spool.js';

const folder = mkdtempSync(join(tmpdir(), 'spool-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function readAll(spool: UploadSpool): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of spool) bytes.push(...chunk);
  return bytes;
}

describe('UploadSpool', () => {
  it('gives what was written, also what comes while it is read', async () => {
    const spool = await UploadSpool.open(folder);
    await spool.write(new Uint8Array([1, 2]));
    const read = readAll(spool);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await spool.write(new Uint8Array([3]));
    await spool.write(new Uint8Array(100_000).fill(4));
    spool.complete();
    const bytes = await read;
    expect(bytes.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(bytes).toHaveLength(100_003);
    await spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('throws why it is not whole behind what came', async () => {
    const spool = await UploadSpool.open(folder);
    await spool.write(new Uint8Array([1]));
    spool.complete(new Error('broke off'));
    const iterator = spool[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(new Uint8Array([1]));
    await expect(iterator.next()).rejects.toThrow('broke off');
    await spool.close();
  });

  it('ends a reader that waits when it is closed', async () => {
    const spool = await UploadSpool.open(folder);
    const read = readAll(spool);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await spool.close();
    await spool.close();
    expect(await read).toEqual([]);
  });

  it('says that the folder cannot be written', async () => {
    await expect(UploadSpool.open(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_FILE_WRITE',
    });
  });
});
