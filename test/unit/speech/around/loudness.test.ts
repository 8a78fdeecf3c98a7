import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoudnessMeter } from '../../../../src/audio/index.js';
import { BoostLimiter } from '../../../../src/speech/around/boost-limiter.js';
import { LevelRide } from '../../../../src/speech/around/level-ride.js';
import { toFloats, toPcm16 } from '../../../../src/speech/around/pcm16.js';
import { VoiceLevels } from '../../../../src/speech/around/voice-levels.js';

const RATE_HZ = 16_000;
const CEILING = 10 ** (-1 / 20);

/** Something like speech: syllables of a harmonic tone with pauses. */
function voice(ms: number, amplitude: number): Float32Array {
  return Float32Array.from({ length: (RATE_HZ * ms) / 1000 }, (_value, index) => {
    const t = index / RATE_HZ;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.5 * t)) ** 0.5;
    const tone = Math.sin(2 * Math.PI * 180 * t) + 0.6 * Math.sin(2 * Math.PI * 900 * t);
    return (amplitude * syllable * tone) / 1.6;
  });
}

function lufs(samples: Float32Array): number {
  const meter = new LoudnessMeter(RATE_HZ);
  meter.push(samples);
  return meter.measure().integratedLufs ?? Number.NaN;
}

function ride(samples: Float32Array, chunkMs: number, known?: { lufs: number; seconds: number }) {
  const level = new LevelRide({ sampleRateHz: RATE_HZ, targetLufs: -20, known });
  const chunk = (RATE_HZ * chunkMs) / 1000;
  const out: Uint8Array[] = [];
  for (let at = 0; at < samples.length; at += chunk)
    out.push(level.push(toPcm16(samples.subarray(at, at + chunk))));
  return { out: toFloats(Buffer.concat(out)), measured: level.measured() };
}

describe('BoostLimiter', () => {
  it('never passes -1 dBFS when it makes louder, for any sound cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 600 }),
        fc.array(fc.double({ min: 1, max: 6, noNaN: true }), { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 300 }),
        (samples, gains, chunk) => {
          const limiter = new BoostLimiter(RATE_HZ);
          let piece = 0;
          for (let at = 0; at < samples.length; at += chunk) {
            const block = Float32Array.from(samples.slice(at, at + chunk));
            const [from = 1, to = 1] = [gains[piece % gains.length], gains[(piece + 1) % gains.length]];
            limiter.apply(block, from, to);
            for (const sample of block) expect(Math.abs(sample)).toBeLessThanOrEqual(CEILING + 1e-6);
            piece++;
          }
        },
      ),
    );
  });

  it('gives the wanted gain where nothing is near the ceiling', () => {
    const samples = voice(500, 0.1);
    const out = samples.slice();
    new BoostLimiter(RATE_HZ).apply(out, 2, 2);
    for (const [index, sample] of samples.entries()) expect(out[index]).toBeCloseTo(2 * sample, 6);
  });

  it('leaves what is only made quieter to itself, peaks and all', () => {
    const loud = Float32Array.of(1, -1, 0.99);
    new BoostLimiter(RATE_HZ).apply(loud, 1, 1);
    expect([...loud]).toEqual([1, -1, expect.closeTo(0.99, 6)]);
  });

  it('comes back after a peak, without a step', () => {
    const samples = new Float32Array(RATE_HZ / 2).fill(0.2);
    samples.fill(0.9, 1600, 1680);
    new BoostLimiter(RATE_HZ).apply(samples, 2, 2);
    expect(samples[RATE_HZ / 2 - 1]).toBeCloseTo(0.4, 2);
    for (let index = 1760; index < samples.length; index++)
      expect(Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0))).toBeLessThan(0.005);
  });
});

describe('LevelRide', () => {
  it.each([
    ['quiet', 0.08],
    ['loud', 0.9],
  ])('brings a %s voice that is known to the target from its first sample on', (_what, amplitude) => {
    const samples = voice(3000, amplitude);
    const { out } = ride(samples, 20, { lufs: lufs(samples), seconds: 10 });
    expect(lufs(out)).toBeCloseTo(-20, 0);
    expect(lufs(out.subarray(0, RATE_HZ / 2))).toBeCloseTo(-20, -0.5);
  });

  it('begins a new voice as it is and leads it there by 4 dB a second', () => {
    const samples = voice(6000, 0.04);
    const own = lufs(samples);
    const { out } = ride(samples, 20);
    expect(lufs(out.subarray(0, 6400))).toBeCloseTo(lufs(samples.subarray(0, 6400)), 0);
    expect(lufs(out.subarray(-RATE_HZ))).toBeGreaterThan(own + 8);
    expect(lufs(out.subarray(-RATE_HZ))).toBeLessThan(-18);
    for (let second = 1; second < 5; second++) {
      const at = second * RATE_HZ;
      const rise = lufs(out.subarray(at, at + RATE_HZ)) - lufs(out.subarray(at - RATE_HZ, at));
      expect(rise).toBeLessThan(5);
    }
  });

  it('has a whole sentence that comes at once right at once', () => {
    const { out } = ride(voice(2000, 0.08), 2000);
    expect(lufs(out)).toBeCloseTo(-20, 0);
  });

  it('makes nothing of silence and of next to nothing', () => {
    const silence = new Float32Array(RATE_HZ);
    expect([...ride(silence, 20).out].every((sample) => sample === 0)).toBe(true);
    expect(ride(silence, 20).measured).toBeUndefined();
    const { out } = ride(voice(2000, 0.003), 2000);
    expect(lufs(out) - lufs(voice(2000, 0.003))).toBeLessThanOrEqual(15.2);
  });

  it('changes no bit of what is loud enough already', () => {
    const samples = voice(1000, 0.2);
    const pcm = toPcm16(samples);
    const level = new LevelRide({
      sampleRateHz: RATE_HZ,
      targetLufs: -20,
      known: { lufs: -20.1, seconds: 5 },
    });
    expect(level.push(pcm)).toBe(pcm);
  });

  it('gives as much sound as it takes, never beyond full scale, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 2000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.option(fc.integer({ min: -60, max: -5 }), { nil: undefined }),
        (values, chunk, known) => {
          const level = new LevelRide({
            sampleRateHz: RATE_HZ,
            targetLufs: -20,
            known: known === undefined ? undefined : { lufs: known, seconds: 1 },
          });
          const pcm = new Uint8Array(Int16Array.from(values).buffer);
          for (let at = 0; at < pcm.byteLength; at += chunk * 2) {
            const piece = pcm.subarray(at, at + chunk * 2);
            expect(level.push(piece).byteLength).toBe(piece.byteLength);
          }
        },
      ),
    );
  });
});

describe('VoiceLevels', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voice-levels-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps what each voice measured, more of what was heard longer', async () => {
    const levels = new VoiceLevels(folder);
    await levels.learn('a', { lufs: -30, seconds: 3 });
    await levels.learn('a', { lufs: -20, seconds: 1 });
    await levels.save();
    const again = await new VoiceLevels(folder).of('a');
    expect(again?.seconds).toBe(4);
    expect(again?.lufs).toBeGreaterThan(-26);
    expect(again?.lufs).toBeLessThan(-24);
    expect(await new VoiceLevels(folder).of('b')).toBeUndefined();
  });

  it('keeps what another process learned of other voices', async () => {
    const [first, second] = [new VoiceLevels(folder), new VoiceLevels(folder)];
    await Promise.all([first.of('x'), second.of('x')]);
    await first.learn('a', { lufs: -30, seconds: 3 });
    await second.learn('b', { lufs: -25, seconds: 3 });
    await first.save();
    await second.save();
    const third = new VoiceLevels(folder);
    expect([(await third.of('a'))?.lufs, (await third.of('b'))?.lufs]).toEqual([-30, -25]);
    expect(await readdir(folder)).toEqual(['voice-levels.json']);
  });

  it.each(['', '{', '[]', '{"a": {"lufs": "loud"}}', '{"a": {"lufs": -1000, "seconds": 1}}'])(
    'takes a damaged file for none: %j',
    async (text) => {
      await writeFile(join(folder, 'voice-levels.json'), text);
      expect(await new VoiceLevels(folder).of('a')).toBeUndefined();
    },
  );

  it('does not mind a folder that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const levels = new VoiceLevels(join(folder, 'file'));
    await levels.learn('a', { lufs: -30, seconds: 3 });
    await expect(levels.save()).resolves.toBeUndefined();
  });
});
