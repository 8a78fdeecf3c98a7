import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawFormat } from '../../../src/audio/index.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { openVoiceInput } from '../../../src/cli/voice-input.js';
import type { Clock } from '../../../src/runtime/index.js';

const PLAIN: RawFormat = { sampleRateHz: 16_000, channels: 1, encoding: 's16le' };

/** Waiting takes no time, but is counted. */
function hastyClock(): Clock {
  let nowMs = 1000;
  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after: (delayMs, run) => {
      nowMs += delayMs;
      queueMicrotask(run);
      return { cancel: () => {} };
    },
  };
}

function setUp(signal = new AbortController().signal) {
  const clock = hastyClock();
  const stdin = new PassThrough();
  const context = { io: { stdin } } as unknown as CommandContext;
  const frames: Uint8Array[] = [];
  const open = (format = PLAIN) => openVoiceInput({ context, clock, signal }, format);
  return { clock, stdin, frames, open, take: (frame: Uint8Array) => void frames.push(frame.slice()) };
}

describe('openVoiceInput', () => {
  it('cuts whatever pieces come into frames, fills up the last one, loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 12 }),
        async (sizes) => {
          const { stdin, frames, open, take } = setUp();
          const total = sizes.reduce((sum, size) => sum + size, 0) & ~1;
          fc.pre(total > 0);
          const sound = Buffer.from(Array.from({ length: total }, (_, n) => (n * 31 + 7) & 0xff));
          let at = 0;
          for (const size of sizes) {
            stdin.write(sound.subarray(at, at + size));
            at += size;
          }
          stdin.end();
          const source = await open();
          source.start(take);
          await source.ended;
          expect(frames.every((frame) => frame.byteLength === 640)).toBe(true);
          const got = Buffer.concat(frames);
          expect(got.length).toBe(Math.ceil(total / 640) * 640);
          expect(got.subarray(0, total).equals(sound)).toBe(true);
          expect(got.subarray(total).every((byte) => byte === 0)).toBe(true);
          await source.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives what waited before the start first, and each piece as it comes', async () => {
    const { stdin, frames, open, take } = setUp();
    stdin.write(Buffer.alloc(1280, 1));
    const source = await open();
    expect(source).toMatchObject({ label: 'standard input', isRunning: true, restarts: 0 });
    source.start(take);
    await new Promise((resolve) => setImmediate(resolve));
    expect(frames).toHaveLength(2);
    stdin.write(Buffer.alloc(640, 2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(frames).toHaveLength(3);
    await source.close();
    expect(stdin.destroyed).toBe(true);
    await source.ended;
    expect(source.isRunning).toBe(false);
  });

  it('reads what comes faster than its own time no faster than that, and what comes in time at once', async () => {
    const { clock, stdin, frames, open, take } = setUp();
    stdin.end(Buffer.alloc(32_000 * 10, 1));
    const source = await open();
    const startedMs = clock.nowMs();
    source.start(take);
    await source.ended;
    expect(frames).toHaveLength(500);
    expect(clock.nowMs() - startedMs).toBeGreaterThan(9900);
    expect(clock.nowMs() - startedMs).toBeLessThan(10_000);
  });

  it.each(['RIFF\x24\x08\x00\x00WAVE', 'ID3\x03\x00', 'fLaC\x00', 'OggS\x00'])(
    'takes no sound file for raw sound: %j',
    async (start) => {
      const { stdin, frames, open, take } = setUp();
      stdin.end(Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(2000, 3)]));
      const source = await open();
      source.start(take);
      await expect(source.ended).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_FORMAT' });
      expect(frames).toEqual([]);
      await source.close();
    },
  );

  it('converts other formats', async () => {
    const { stdin, frames, open, take } = setUp();
    stdin.end(Buffer.alloc(8000 * 2 * 4));
    const source = await open({ sampleRateHz: 8000, channels: 2, encoding: 'f32le' });
    source.start(take);
    await source.ended;
    expect(frames.length).toBeGreaterThanOrEqual(50);
    expect(frames.length).toBeLessThanOrEqual(51);
  });

  it('says when there is no sound at all', async () => {
    const { stdin, open } = setUp();
    stdin.end();
    await expect(open()).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_EMPTY' });
    expect(stdin.destroyed).toBe(true);
  });

  it('can be given up while nothing comes', async () => {
    const stop = new AbortController();
    const { stdin, open } = setUp(stop.signal);
    const opening = open();
    stop.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(stdin.destroyed).toBe(true);
  });
});
