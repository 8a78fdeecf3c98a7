import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clipsWav } from '../../../src/export/index.js';
import { collect, Recordings, samples, wavOf } from './rig.js';

const recordings = new Recordings();
afterAll(() => recordings.clear());

function clip(name: string, pcm: Int16Array): string {
  const path = join(recordings.folder, name);
  writeFileSync(path, wavOf(pcm));
  return path;
}

/** Both channels of what came, and its header. */
async function heard(durationMs: number, clips: Parameters<typeof clipsWav>[1]) {
  const bytes = Buffer.concat(await collect(clipsWav(durationMs, clips)));
  const channel = (side: number): number[] =>
    Array.from({ length: (bytes.byteLength - 44) / 4 }, (_, n) => bytes.readInt16LE(44 + 4 * n + 2 * side));
  return { bytes, left: channel(0), right: channel(1) };
}

const of = (pcm: Int16Array, fromMs: number, toMs: number): number[] => [
  ...pcm.subarray(fromMs * 16, toMs * 16),
];
const silence = (ms: number): number[] => new Array(ms * 16).fill(0);

describe('Recordings of both sides as one sound', () => {
  const one = samples(30);
  const two = samples(50).map((sample) => -sample);

  it('has each at its time on its channel, with silence around it, sample for sample', async () => {
    const { left, right } = await heard(200, {
      left: [{ path: clip('one.wav', one), startMs: 40 }],
      right: [
        { path: clip('two.wav', two), startMs: 120 },
        { path: clip('one.wav', one), startMs: 0 },
      ],
    });
    expect(left).toEqual([...silence(40), ...one, ...silence(130)]);
    expect(right).toEqual([...one, ...silence(90), ...two, ...silence(30)]);
  });

  it('says in its header what it is', async () => {
    const { bytes } = await heard(100, { left: [], right: [] });
    expect(bytes.toString('latin1', 0, 16)).toContain('WAVEfmt ');
    const [channels, rate, bytesPerSecond] = [
      bytes.readUInt16LE(22),
      bytes.readUInt32LE(24),
      bytes.readUInt32LE(28),
    ];
    expect([channels, rate, bytesPerSecond, bytes.readUInt16LE(32)]).toEqual([2, 16_000, 64_000, 4]);
    expect(bytes.readUInt32LE(40)).toBe(bytes.byteLength - 44);
  });

  it('ends an earlier one where a later one of its channel begins, and leaves out what lies outside', async () => {
    const { left, right } = await heard(60, {
      left: [
        { path: clip('two.wav', two), startMs: 0 },
        { path: clip('one.wav', one), startMs: 20 },
      ],
      right: [
        { path: clip('one.wav', one), startMs: -10 },
        { path: clip('two.wav', two), startMs: 40 },
        { path: clip('two.wav', two), startMs: 500 },
      ],
    });
    expect(left).toEqual([...of(two, 0, 20), ...one, ...silence(10)]);
    expect(right).toEqual([...of(one, 10, 30), ...silence(20), ...of(two, 0, 20)]);
  });

  it('is silent where nothing was written, and says which file is gone', async () => {
    const empty = clip('empty.wav', new Int16Array(0));
    const { left } = await heard(20, { left: [{ path: empty, startMs: 5 }], right: [] });
    expect(left).toEqual(silence(20));
    const gone = clip('gone.wav', one);
    rmSync(gone);
    const reading = collect(clipsWav(20, { left: [], right: [{ path: gone, startMs: 0 }] }));
    await expect(reading).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SESSION',
      message: expect.stringContaining('gone.wav'),
    });
  });

  it('refuses what is too long for a WAV file with two channels', async () => {
    const first = clipsWav(19 * 3_600_000, { left: [], right: [] }).next();
    await expect(first).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SESSION',
      message: expect.stringContaining('18 hours'),
    });
  });
});
