import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpwardSound } from '../../../src/realtime/upward-sound.js';

function tone(samples: number, hz: number): Buffer {
  const pcm = Buffer.alloc(samples * 2);
  for (let at = 0; at < samples; at++)
    pcm.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hz * at) / 16_000)), at * 2);
  return pcm;
}

async function up(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const sound = await UpwardSound.create();
  const out = pieces.map((piece) => sound.push(piece));
  out.push(sound.end());
  sound.free();
  return Buffer.concat(out);
}

describe('UpwardSound', () => {
  it('gives three samples for two', async () => {
    expect((await up([tone(16_000, 440)])).byteLength).toBe(48_000);
  });

  it('keeps a tone: same height, same level', async () => {
    const out = await up([tone(16_000, 1000)]);
    let worst = 0;
    for (let at = 2400; at < 21_600; at++) {
      const expected = 12_000 * Math.sin((2 * Math.PI * 1000 * at) / 24_000);
      worst = Math.max(worst, Math.abs(out.readInt16LE(at * 2) - expected));
    }
    expect(worst).toBeLessThan(60);
  });

  it('gives the same however the sound is cut, in the middle of samples too', async () => {
    const whole = tone(4000, 300);
    const expected = await up([whole]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 8 }), async (cuts) => {
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(whole.subarray(at, at + cut));
          at += cut;
        }
        pieces.push(whole.subarray(at));
        expect(await up(pieces)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('fills up to 100 ms, and nothing with nothing', async () => {
    expect((await up([tone(160, 440)])).byteLength).toBe(4800);
    expect((await up([tone(1601, 440)])).byteLength).toBeGreaterThan(4800);
    expect((await up([])).byteLength).toBe(0);
  });
});
