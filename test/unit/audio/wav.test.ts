import { describe, expect, it } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import {
  Bytes,
  chunk,
  chunked,
  collect,
  floats,
  integers,
  sine,
  toFloats,
  type WavOptions,
  wavFile,
} from '../../support/audio-fixtures.js';

const TONE = sine(1_600, 440, 16_000, 0.6);
const TONE_16 = integers(
  TONE.map((value) => Math.round(value * 32_767)),
  2,
);

async function play(file: Uint8Array): Promise<Uint8Array> {
  const sound = await openSound(chunked(file, 1_000));
  return collect(sound.frames());
}

/** Largest difference to the tone, in 16-bit steps. */
function worstError(pcm: Uint8Array): number {
  const got = toFloats(pcm);
  return got.reduce((worst, value, n) => Math.max(worst, Math.abs(value - (TONE[n] ?? 9)) * 32_768), 0);
}

const scaled = (full: number): Float64Array => Float64Array.from(TONE, (value) => Math.round(value * full));

describe('openSound with WAV', () => {
  const kinds: readonly (readonly [string, Uint8Array, WavOptions, number])[] = [
    [
      '8-bit',
      integers(
        scaled(127).map((value) => value + 128),
        1,
      ),
      { bits: 8 },
      400,
    ],
    ['16-bit', TONE_16, {}, 1.5],
    ['24-bit', integers(scaled(8_388_607), 3), { bits: 24 }, 1],
    ['32-bit', integers(scaled(2_147_483_647), 4), { bits: 32 }, 1],
    ['32-bit float', floats(TONE, 4), { tag: 3, bits: 32 }, 1],
    ['64-bit float', floats(TONE, 8), { tag: 3, bits: 64 }, 1],
    ['extensible 16-bit', TONE_16, { subformat: 1 }, 1.5],
    ['extensible 24-bit', integers(scaled(8_388_607), 3), { bits: 24, subformat: 1 }, 1],
    ['extensible float', floats(TONE, 4), { bits: 32, subformat: 3 }, 1],
    [
      '20 bits in 24',
      integers(
        scaled(524_287).map((v) => v * 16),
        3,
      ),
      { bits: 24, subformat: 1, validBits: 20 },
      1.5,
    ],
    [
      '24 bits in 32',
      integers(
        scaled(8_388_607).map((v) => v * 256),
        4,
      ),
      { bits: 32, subformat: 1, validBits: 24 },
      1,
    ],
    [
      '20 bits without extension',
      integers(
        scaled(524_287).map((v) => v * 16),
        3,
      ),
      { bits: 20, blockAlign: 3 },
      1.5,
    ],
  ];
  for (const [name, samples, options, tolerance] of kinds) {
    it(`plays ${name}`, async () => {
      const pcm = await play(wavFile(samples, options));
      expect(pcm.byteLength).toBe(3_200);
      expect(worstError(pcm)).toBeLessThanOrEqual(tolerance);
    });
  }

  it('decodes mu-law codes as G.711 has it', async () => {
    const pcm = await play(
      wavFile(
        Uint8Array.from({ length: 256 }, (_, n) => n),
        { tag: 7, bits: 8 },
      ),
    );
    const values = new Int16Array(pcm.buffer);
    expect([values[0], values[0x7f], values[0x80], values[0xff], values[0xe7], values[0x10]]).toEqual([
      -32_124, 0, 32_124, 0, 260, -15_996,
    ]);
  });

  it('decodes A-law codes as G.711 has it', async () => {
    const pcm = await play(
      wavFile(
        Uint8Array.from({ length: 256 }, (_, n) => n),
        { tag: 6, bits: 8, subformat: 6 },
      ),
    );
    const values = new Int16Array(pcm.buffer);
    expect([values[0x55], values[0xd5], values[0x2a], values[0xaa], values[0x80], values[0x00]]).toEqual([
      -8, 8, -32_256, 32_256, 5_504, -5_504,
    ]);
  });

  it('passes 16 kHz 16-bit mono through bit for bit, every value', async () => {
    const all = integers(
      Float64Array.from({ length: 65_536 }, (_, n) => n - 32_768),
      2,
    );
    const sound = await openSound(chunked(wavFile(all), 777, 1, 4_096));
    expect(Buffer.compare(await collect(sound.frames()), all)).toBe(0);
    expect(sound.clippedSamples).toBe(0);
  });

  it('averages the channels, whatever their number', async () => {
    for (const channels of [2, 3, 6, 32]) {
      const frame = Float64Array.from({ length: channels }, (_, n) => (n % 2 === 0 ? 9_600 : -3_200));
      const samples = integers([...frame, ...frame.map((v) => -v)], 2);
      const values = new Int16Array((await play(wavFile(samples, { channels, subformat: 1 }))).buffer);
      const mean = Math.round(frame.reduce((sum, v) => sum + v, 0) / channels);
      expect([...values]).toEqual([mean, -mean]);
    }
  });

  const lists: readonly (readonly [string, WavOptions])[] = [
    ['an odd LIST with its pad byte', { between: chunk('LIST', new Uint8Array(27).fill(65)) }],
    ['an odd LIST without its pad byte', { between: chunk('LIST', new Uint8Array(27).fill(65), false) }],
    ['JUNK before fmt', { before: chunk('JUNK', new Uint8Array(28)) }],
    ['bext before fmt', { before: chunk('bext', new Uint8Array(602)) }],
    ['a large chunk before the sound', { between: chunk('APP0', new Uint8Array(300_000)) }],
    ['a LIST after the sound', { after: chunk('LIST', new Uint8Array(20).fill(65)) }],
    ['stated length 0', { statedBytes: 0 }],
    ['stated length 0xFFFFFFFF', { statedBytes: 0xffff_ffff }],
    ['stated length 0x7FFFF000', { statedBytes: 0x7fff_f000 }],
    ['stated length 0xFFFFFF9B', { statedBytes: 0xffff_ff9b }],
  ];
  for (const [name, options] of lists) {
    it(`plays all of a file with ${name}`, async () => {
      const sound = await openSound(chunked(wavFile(TONE_16, options), 50));
      expect(Buffer.compare(await collect(sound.frames()), TONE_16)).toBe(0);
      expect(sound.truncated).toBe(false);
    });
  }

  it('plays RF64 with its length in ds64', async () => {
    const ds64 = new Bytes().u32(0).u32(0).u32(TONE_16.byteLength).u32(0).u32(1_600).u32(0).u32(0).done();
    const after = chunk('LIST', new Uint8Array(30).fill(66));
    const file = wavFile(TONE_16, { before: chunk('ds64', ds64), statedBytes: 0xffff_ffff, after });
    file.set(new TextEncoder().encode('RF64'));
    const sound = await openSound(chunked(file, 64));
    expect(sound.description.container).toBe('rf64');
    expect(sound.durationMs).toBe(100);
    expect(Buffer.compare(await collect(sound.frames()), TONE_16)).toBe(0);
  });

  it('plays what is there when the data chunk is cut short', async () => {
    const sound = await openSound(chunked(wavFile(TONE_16).subarray(0, 44 + 1_001), 100));
    expect((await collect(sound.frames())).byteLength).toBe(1_000);
    expect(sound.truncated).toBe(true);
    expect(sound.durationMs).toBe(100);
  });

  it('tells duration and format from the header', async () => {
    const sound = await openSound(
      chunked(wavFile(new Uint8Array(48_000), { channels: 2, sampleRateHz: 48_000, bits: 16 })),
    );
    expect(sound.description).toEqual({
      container: 'wav',
      encoding: 's16le',
      sampleRateHz: 48_000,
      channels: 2,
    });
    expect(sound.durationMs).toBe(250);
    await sound.close();
  });

  for (const sampleRateHz of [8_000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000]) {
    it(`keeps pitch and length from ${sampleRateHz} Hz`, async () => {
      const sampleCount = Math.round(sampleRateHz * 0.3) + 7;
      const samples = integers(
        sine(sampleCount, 1_000, sampleRateHz).map((v) => Math.round(v * 32_767)),
        2,
      );
      const pcm = await play(wavFile(samples, { sampleRateHz }));
      expect(pcm.byteLength / 2).toBe(Math.round((sampleCount * 16_000) / sampleRateHz));
      const got = toFloats(pcm);
      const wanted = sine(got.length, 1_000, 16_000);
      const error = got
        .subarray(200, -200)
        .reduce((worst, v, n) => Math.max(worst, Math.abs(v - (wanted[n + 200] ?? 9))), 0);
      expect(error * 32_768).toBeLessThan(4);
    });
  }

  const absurd: readonly (readonly [string, Uint8Array])[] = [
    ['no channels', wavFile(TONE_16, { channels: 0, blockAlign: 2 })],
    ['65535 channels', wavFile(TONE_16, { channels: 65_535, blockAlign: 2 })],
    ['rate 0', wavFile(TONE_16, { sampleRateHz: 0 })],
    ['rate 4 GHz', wavFile(TONE_16, { sampleRateHz: 4_294_967_295 })],
    ['0 bits', wavFile(TONE_16, { bits: 0, blockAlign: 0 })],
    ['ADPCM', wavFile(TONE_16, { tag: 2, bits: 4, blockAlign: 256 })],
    ['MP3 inside', wavFile(TONE_16, { tag: 0x55, bits: 0, blockAlign: 1 })],
    ['16-bit float', wavFile(TONE_16, { tag: 3, bits: 16 })],
    [
      'no data chunk',
      new Bytes()
        .ascii('RIFF')
        .u32(40)
        .ascii('WAVE')
        .raw(chunk('fmt ', new Uint8Array(16)))
        .done(),
    ],
    [
      'a short fmt chunk',
      new Bytes().ascii('RIFF').u32(40).ascii('WAVEfmt ').u32(4).u32(1).ascii('data').u32(0).done(),
    ],
    ['data before fmt', new Bytes().ascii('RIFF').u32(40).ascii('WAVEdata').u32(4).u32(1).done()],
    [
      'a 3 GB chunk first',
      new Bytes().ascii('RIFF').u32(40).ascii('WAVEJUNK').u32(3_000_000_000).u32(1).done(),
    ],
    ['big-endian RIFX', new Bytes().ascii('RIFX').u32(40).ascii('WAVEfmt ').done()],
  ];
  for (const [name, file] of absurd) {
    it(`refuses a header with ${name}`, async () => {
      await expect(openSound(chunked(file, 9))).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_FORMAT' });
    });
  }

  it('says a file without samples is empty', async () => {
    const unfinished = wavFile(new Uint8Array(0));
    const finished = wavFile(new Uint8Array(0), { after: chunk('LIST', new Uint8Array(20).fill(65)) });
    for (const file of [unfinished, finished]) {
      await expect(openSound(chunked(file, 9))).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_EMPTY' });
    }
  });

  it('plays not-a-number as silence and counts what exceeds full scale', async () => {
    const samples = floats([Number.NaN, Number.POSITIVE_INFINITY, 1.5, -2, 1, -1], 4);
    const sound = await openSound(chunked(wavFile(samples, { tag: 3, bits: 32 })));
    const values = new Int16Array((await collect(sound.frames())).buffer);
    expect([...values]).toEqual([0, 0, 32_767, -32_768, 32_767, -32_768]);
    expect(sound.clippedSamples).toBe(2);
  });
});
