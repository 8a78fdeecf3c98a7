import { describe, expect, it } from 'vitest';
import { HeldSound } from '../../../src/realtime/openai/held-sound.js';
import { Speech } from './session-rig.js';

async function bytesOf(sound: HeldSound): Promise<number> {
  let bytes = 0;
  for await (const chunk of sound.chunks()) bytes += chunk.byteLength;
  return bytes;
}

describe('HeldSound', () => {
  it('can be said again from its beginning, while it still comes', async () => {
    const speech = new Speech().say(500);
    const sound = new HeldSound(speech);
    const first = bytesOf(sound);
    const second = bytesOf(sound);
    speech.say(500).end();
    expect(await Promise.all([first, second, bytesOf(sound)])).toEqual([48_000, 48_000, 48_000]);
    expect(sound.canRepeat).toBe(true);
  });

  it('keeps two minutes, and then says that its beginning is gone', async () => {
    const speech = new Speech();
    for (let minute = 0; minute < 3; minute++) for (let second = 0; second < 60; second++) speech.say(1000);
    const sound = new HeldSound(speech.end());
    expect(await bytesOf(sound)).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sound.canRepeat).toBe(false);
    expect(await bytesOf(sound)).toBeLessThanOrEqual(120 * 48_000);
  });

  it('keeps nothing once it is left, and lets its source go', async () => {
    let isReturned = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return { done: false as const, value: new Uint8Array(640) };
        },
        return: async () => {
          isReturned = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const sound = new HeldSound(source);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    sound.leave();
    expect(await bytesOf(sound)).toBe(0);
    await expect.poll(() => isReturned).toBe(true);
  });

  it('throws what its source throws', async () => {
    const sound = new HeldSound(
      // biome-ignore lint/correctness/useYield: it fails before it gives anything.
      (async function* (): AsyncGenerator<Uint8Array> {
        throw new Error('no microphone');
      })(),
    );
    await expect(bytesOf(sound)).rejects.toThrow('no microphone');
  });
});
