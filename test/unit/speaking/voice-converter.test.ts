import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MonoResampler } from '../../../src/audio/index.js';
import { VoiceConverter } from '../../../src/speaking/voice-converter.js';

/** Cut at these places, whatever they are. */
async function converted(pcm: Uint8Array, cuts: readonly number[], rateHz: number): Promise<Buffer> {
  const converter = await VoiceConverter.create(rateHz);
  const places = [0, ...cuts.map((cut) => cut % (pcm.byteLength + 1)).sort((a, b) => a - b), pcm.byteLength];
  const out = places.slice(1).map((to, n) => converter.push(pcm.slice(places[n], to)).slice());
  out.push(converter.end().slice());
  converter.free();
  return Buffer.concat(out);
}

const sound = (samples: number) =>
  new Uint8Array(Int16Array.from({ length: samples }, (_, n) => (n * 7919) % 20_000).buffer);

describe('VoiceConverter', () => {
  it.each([16_000, 22_050, 24_000, 48_000])(
    'gives the same bytes at %i Hz however the sound is cut, halves of samples too',
    async (rateHz) => {
      const pcm = sound(2000);
      const whole = await converted(pcm, [], rateHz);
      expect(whole.byteLength).toBe(2 * Math.round((2000 * 16_000) / rateHz));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(4000), { maxLength: 8 }), async (cuts) => {
          expect(await converted(pcm, cuts, rateHz)).toEqual(whole);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('changes no bit at 16 kHz, and leaves half a sample at the end out', async () => {
    const pcm = sound(100);
    expect(await converted(pcm, [33], 16_000)).toEqual(Buffer.from(pcm));
    expect(await converted(pcm.slice(0, 199), [], 16_000)).toEqual(Buffer.from(pcm.slice(0, 198)));
  });

  it('is warmed once for all, however often that is asked for, and holds nothing afterwards', async () => {
    const create = vi.spyOn(MonoResampler, 'create');
    const free = vi.spyOn(MonoResampler.prototype, 'free');
    await Promise.all([VoiceConverter.warmUp(), VoiceConverter.warmUp()]);
    await VoiceConverter.warmUp();
    expect(create).toHaveBeenCalledOnce();
    expect(free).toHaveBeenCalledOnce();
    vi.restoreAllMocks();
  });
});
