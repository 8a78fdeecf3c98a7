import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCalibrations } from '../../../src/devices/calibration-store.js';
import { CalibrationStore, type OutputCalibration } from '../../../src/devices/index.js';

const folder = mkdtempSync(join(tmpdir(), 'bridge-calibration-'));
afterAll(() => rmSync(folder, { recursive: true }));

const entry = (more: Partial<OutputCalibration> = {}): OutputCalibration => ({
  backend: 'pacat',
  device: 'speakers',
  sampleRateHz: 48_000,
  offsetMs: 42.5,
  spreadMs: 0.3,
  via: 'monitor',
  measuredAt: '2026-01-02T03:04:05.000Z',
  ...more,
});

describe('CalibrationStore', () => {
  it('gives back what was kept, by backend, device and rate, after a restart', async () => {
    const path = join(folder, 'new', 'folder', 'a.json');
    const store = await CalibrationStore.open(path);
    await store.keep(entry());
    await store.keep(entry({ device: 'headset', offsetMs: 180 }));
    await store.keep(entry({ device: undefined, offsetMs: 7 }));
    await store.keep(entry({ offsetMs: 40 }));
    const again = await CalibrationStore.open(path);
    expect(again.entries).toEqual(store.entries);
    expect(again.entries).toHaveLength(3);
    expect(again.offsetMs({ backend: 'pacat', device: 'speakers', sampleRateHz: 48_000 })).toBe(40);
    expect(again.offsetMs({ backend: 'pacat', device: undefined, sampleRateHz: 48_000 })).toBe(7);
    expect(again.offsetMs({ backend: 'aplay', device: 'speakers', sampleRateHz: 48_000 })).toBe(0);
    expect(readdirSync(join(folder, 'new', 'folder'))).toEqual(['a.json']);
  });

  it('takes another rate of the same loudspeaker rather than nothing', async () => {
    const store = await CalibrationStore.open(join(folder, 'rates.json'));
    await store.keep(entry({ sampleRateHz: 44_100, offsetMs: 30 }));
    expect(store.offsetMs({ backend: 'pacat', device: 'speakers', sampleRateHz: 48_000 })).toBe(30);
    await store.keep(entry({ offsetMs: 31 }));
    expect(store.offsetMs({ backend: 'pacat', device: 'speakers', sampleRateHz: 44_100 })).toBe(30);
    expect(await store.forget({ backend: 'pacat', device: 'speakers' })).toBe(2);
    expect(await store.forget({ backend: 'pacat', device: 'speakers' })).toBe(0);
    expect(store.entries).toEqual([]);
  });

  it.each([
    ['', 'empty'],
    ['{"version":1,"outputs":[', 'cut'],
    ['{"version":2,"outputs":[{}]}', 'of another version'],
    ['[]', 'something else'],
  ])('reads a file that is %j as empty', async (text) => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, text);
    const store = await CalibrationStore.open(path);
    expect(store.entries).toEqual([]);
    await store.keep(entry());
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      version: 1,
      outputs: [{ offsetMs: 42.5 }],
    });
  });

  it('leaves out entries that are no calibration, and keeps the others', () => {
    const outputs = [
      entry(),
      { ...entry(), offsetMs: '40' },
      { ...entry(), offsetMs: 1e9 },
      null,
      { backend: 1 },
    ];
    expect(parseCalibrations(JSON.stringify({ version: 1, outputs }))).toEqual([entry()]);
  });

  it('bears any file', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        for (const read of parseCalibrations(text)) expect(Math.abs(read.offsetMs)).toBeLessThanOrEqual(5000);
      }),
    );
  });

  it('says where it could not write, and keeps what it had', async () => {
    const path = join(folder, 'file.json');
    writeFileSync(path, '{}');
    const store = await CalibrationStore.open(join(path, 'below-a-file.json'));
    await expect(store.keep(entry())).rejects.toMatchObject({
      code: 'BRIDGE_ERR_FILE_WRITE',
      message: expect.stringContaining('below-a-file.json'),
    });
    expect(store.entries).toEqual([]);
  });
});
