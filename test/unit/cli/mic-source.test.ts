import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawFormat } from '../../../src/audio/index.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { openVoiceInput } from '../../../src/cli/voice-input.js';

const PLAIN: RawFormat = { sampleRateHz: 16_000, channels: 1, encoding: 's16le' };

function setUp(signal = new AbortController().signal) {
  const stdin = new PassThrough();
  const context = { io: { stdin } } as unknown as CommandContext;
  const frames: Uint8Array[] = [];
  const open = (format = PLAIN) => openVoiceInput({ context, signal }, format);
  return { stdin, frames, open, take: (frame: Uint8Array) => void frames.push(frame.slice()) };
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
