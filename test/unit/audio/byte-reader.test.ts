import { describe, expect, it } from 'vitest';
import { ByteReader, MAX_PEEK_BYTES } from '../../../src/audio/byte-reader.js';
import { chunked } from '../../support/audio-fixtures.js';

const BYTES = Uint8Array.from({ length: 100 }, (_, n) => n);

describe('ByteReader', () => {
  it('peeks, reads and skips across chunks', async () => {
    const reader = new ByteReader(chunked(BYTES, 1, 0, 3, 7));
    expect([...(await reader.peek(5))]).toEqual([0, 1, 2, 3, 4]);
    expect([...(await reader.read(2))]).toEqual([0, 1]);
    expect(await reader.skip(50)).toBe(50);
    expect([...(await reader.read(3))]).toEqual([52, 53, 54]);
    expect(reader.positionBytes).toBe(55);
  });

  it('gives what is left at the end, then nothing', async () => {
    const reader = new ByteReader(chunked(BYTES, 30));
    expect(await reader.skip(95)).toBe(95);
    expect(await reader.peek(50)).toHaveLength(5);
    expect(await reader.read(50)).toHaveLength(5);
    expect(await reader.readSome(50)).toHaveLength(0);
    expect(await reader.skip(1)).toBe(0);
  });

  it('refuses to hold more than its limit', async () => {
    await expect(new ByteReader(chunked(BYTES, 30)).peek(MAX_PEEK_BYTES + 1)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_STATE',
    });
  });

  it('refuses chunks that are not bytes', async () => {
    async function* text(): AsyncGenerator<Uint8Array> {
      yield 'text' as unknown as Uint8Array;
    }
    await expect(new ByteReader(text()).peek(1)).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
  });
});
