import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import {
  Bytes,
  bestAlignment,
  chunked,
  collect,
  fixturePath,
  toFloats,
} from '../../support/audio-fixtures.js';

const SOURCE = toFloats(await collect((await openSound(fixturePath('source-44100-stereo.wav'))).frames()));

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(name)));

async function playBytes(bytes: Uint8Array, cut = 3_000): Promise<Float32Array> {
  return toFloats(await collect((await openSound(chunked(bytes, cut))).frames()));
}

/** An ID3v2.3 tag with a picture of `bodyBytes` bytes full of false frame headers. */
function id3Tag(bodyBytes: number): Uint8Array {
  const size = [21, 14, 7, 0].map((shift) => (bodyBytes >> shift) & 0x7f);
  const tag = new Uint8Array(10 + bodyBytes).fill(0xff);
  tag.set(
    new Bytes()
      .ascii('ID3')
      .u8(3, 0, 0, ...size)
      .done(),
  );
  for (let offset = 11; offset < tag.length; offset += 2) tag[offset] = 0xfb;
  return tag;
}

describe('openSound with compressed files', () => {
  const exact: readonly (readonly [string, object])[] = [
    ['speech.flac', { container: 'flac', encoding: 'flac', sampleRateHz: 44_100, channels: 2 }],
    ['speech-flac.ogg', { container: 'ogg', encoding: 'flac', sampleRateHz: 44_100, channels: 2 }],
  ];
  for (const [name, description] of exact) {
    it(`plays ${name} as the WAV it was made from`, async () => {
      const sound = await openSound(fixturePath(name));
      expect(sound.description).toEqual(description);
      expect(sound.durationMs).toBe(1_200);
      const got = toFloats(await collect(sound.frames()));
      expect(got.length).toBe(SOURCE.length);
      expect(
        got.reduce((worst, v, n) => Math.max(worst, Math.abs(v - (SOURCE[n] ?? 9))), 0) * 32_768,
      ).toBeLessThanOrEqual(1);
      expect([sound.truncated, sound.damagedParts]).toEqual([false, 0]);
    });
  }

  const lossy: readonly (readonly [string, object, number, number | undefined])[] = [
    ['speech.mp3', { container: 'mp3', encoding: 'mp3', sampleRateHz: 32_000, channels: 2 }, 0.99, 1_200],
    [
      'speech-id3v2.mp3',
      { container: 'mp3', encoding: 'mp3', sampleRateHz: 32_000, channels: 2 },
      0.99,
      1_200,
    ],
    [
      'speech-vorbis.ogg',
      { container: 'ogg', encoding: 'vorbis', sampleRateHz: 44_100, channels: 2 },
      0.99,
      undefined,
    ],
    [
      'speech-opus.opus',
      { container: 'ogg', encoding: 'opus', sampleRateHz: 48_000, channels: 2 },
      0.97,
      undefined,
    ],
  ];
  for (const [name, description, correlation, durationMs] of lossy) {
    it(`plays ${name} in step with its source and exactly as long`, async () => {
      const sound = await openSound(fixturePath(name));
      expect(sound.description).toEqual(description);
      expect(sound.durationMs).toBe(durationMs);
      const got = toFloats(await collect(sound.frames()));
      expect(got.length).toBe(SOURCE.length);
      const best = bestAlignment(SOURCE, got, 8);
      expect(best.correlation).toBeGreaterThan(correlation);
      expect(Math.abs(best.shift)).toBeLessThanOrEqual(1);
      expect([sound.truncated, sound.damagedParts]).toEqual([false, 0]);
    });
  }

  it('plays mono MPEG-2 without any tag, with the codec delay left in front', async () => {
    const sound = await openSound(fixturePath('speech-untagged.mp3'));
    expect(sound.description).toEqual({
      container: 'mp3',
      encoding: 'mp3',
      sampleRateHz: 24_000,
      channels: 1,
    });
    const got = toFloats(await collect(sound.frames()));
    expect(got.length).toBeGreaterThan(SOURCE.length);
    const best = bestAlignment(SOURCE, got, 1_200);
    expect(best.correlation).toBeGreaterThan(0.98);
    expect(best.shift / 16).toBeLessThan(60);
  });

  for (const name of [
    'speech.mp3',
    'speech.flac',
    'speech-flac.ogg',
    'speech-vorbis.ogg',
    'speech-opus.opus',
  ]) {
    it(`gives the same samples of ${name} however it arrives`, async () => {
      const whole = await playBytes(fixture(name), 10_000_000);
      for (const cut of [7, 501]) expect(await playBytes(fixture(name), cut)).toEqual(whole);
    });

    it(`plays what is whole of ${name} when the end is missing`, async () => {
      // Ogg pages hold up to a second, so there a whole stream stands in front of the cut one.
      const lead = name.endsWith('g') || name.endsWith('opus') ? fixture(name) : new Uint8Array(0);
      const bytes = Buffer.concat([lead, fixture(name).subarray(0, fixture(name).byteLength >> 1)]);
      const sound = await openSound(chunked(new Uint8Array(bytes), 900));
      const got = toFloats(await collect(sound.frames()));
      expect(sound.truncated).toBe(true);
      const leadSamples = lead.byteLength > 0 ? SOURCE.length : 7_000;
      expect(got.length).toBeGreaterThanOrEqual(leadSamples);
      expect(got.length).toBeLessThan(leadSamples + SOURCE.length);
    });

    it(`plays what is whole of ${name} when the middle is overwritten`, async () => {
      const bytes = fixture(name);
      const middle = bytes.byteLength >> 1;
      bytes.fill(0x55, middle, middle + 1_500);
      const sound = await openSound(chunked(bytes, 900));
      const got = toFloats(await collect(sound.frames()));
      expect(sound.damagedParts > 0 || sound.truncated).toBe(true);
      expect(got.length).toBeLessThanOrEqual(SOURCE.length);
    });
  }

  it('skips an ID3v2 tag of megabytes without mistaking it for sound, and tags at the end', async () => {
    const mp3 = fixture('speech.mp3');
    const trailer = new Bytes().ascii('TAG').raw(new Uint8Array(125)).done();
    const bytes = new Uint8Array(Buffer.concat([id3Tag(3_000_000), id3Tag(50), mp3, trailer]));
    const sound = await openSound(chunked(bytes, 65_536));
    expect(toFloats(await collect(sound.frames()))).toEqual(await playBytes(mp3));
    expect([sound.truncated, sound.damagedParts]).toEqual([false, 0]);
  });

  it('tells FLAC behind an ID3v2 tag by its content', async () => {
    const bytes = new Uint8Array(Buffer.concat([id3Tag(200), fixture('speech.flac')]));
    expect(await playBytes(bytes)).toEqual(await playBytes(fixture('speech.flac')));
  });

  for (const name of ['speech-vorbis.ogg', 'speech-opus.opus', 'speech-flac.ogg']) {
    it(`plays ${name} twice when two streams follow each other`, async () => {
      const once = await playBytes(fixture(name));
      const twice = await playBytes(new Uint8Array(Buffer.concat([fixture(name), fixture(name)])));
      expect(twice.length).toBe(2 * once.length);
      expect(bestAlignment(once, twice.subarray(once.length), 2).correlation).toBeGreaterThan(0.999);
    });
  }

  it('changes the resampler when the rate changes on the way', async () => {
    const both = Buffer.concat([fixture('speech-vorbis.ogg'), fixture('speech-opus.opus')]);
    expect((await playBytes(new Uint8Array(both))).length).toBe(2 * SOURCE.length);
  });

  it('says damaged, not empty, when a file is cut before its first sound', async () => {
    const start = fixture('speech-opus.opus').subarray(0, 2_000);
    await expect(openSound(chunked(start, 900))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_FORMAT',
      message: expect.stringMatching(/cut short/),
    });
  });

  it('names the codec of an Ogg file it cannot play', async () => {
    const theora = new Bytes()
      .ascii('OggS')
      .u8(0, 2)
      .raw(new Uint8Array(20))
      .u8(1, 7, 0x80)
      .ascii('theora')
      .done();
    await expect(openSound(chunked(theora))).rejects.toMatchObject({ code: 'BRIDGE_ERR_AUDIO_FORMAT' });
  });
});
