import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrationFile } from '../../../src/config/index.js';
import { CalibrationStore, type PlaybackOptions, systemHost } from '../../../src/devices/index.js';
import { openPlaybackHere } from '../../../src/library/playback-here.js';
import { FakeClock } from '../../../src/runtime/index.js';

describe('The loudspeaker of a program', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'playback-here-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function offsetOf(env: Readonly<Record<string, string>>, more: Partial<PlaybackOptions> = {}) {
    const seen: PlaybackOptions[] = [];
    const host = { ...systemHost(env), platform: 'linux' as const };
    const options = { sampleRateHz: 48_000, clock: new FakeClock(), host, ...more };
    await expect(
      openPlaybackHere(options, async (given) => {
        seen.push(given);
        throw new Error('there is no sound here');
      }),
    ).rejects.toThrow('there is no sound here');
    const { offsetMs } = seen[0] ?? {};
    const output = { backend: 'pacat', device: 'headset', sampleRateHz: 48_000 };
    return typeof offsetMs === 'function' ? offsetMs(output) : offsetMs;
  }

  it('is as late as calibrate found it, with each opening anew', async () => {
    const env = { HOME: home };
    expect(await offsetOf(env)).toBe(0);
    const store = await CalibrationStore.open(calibrationFile(env, 'linux') ?? '');
    await store.keep({
      ...{ backend: 'pacat', device: 'headset', sampleRateHz: 48_000, offsetMs: 181.2 },
      ...{ spreadMs: 1, via: 'microphone', measuredAt: '2026-01-01T00:00:00.000Z' },
    });
    expect(await offsetOf(env)).toBe(181.2);
  });

  it('is as late as the program says, where it does', async () => {
    expect(await offsetOf({ HOME: home }, { offsetMs: 20 })).toBe(20);
  });

  it('plays without a home too', async () => {
    expect(await offsetOf({})).toBe(0);
  });
});
