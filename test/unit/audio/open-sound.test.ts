import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type OpenSoundOptions, openSound } from '../../../src/audio/index.js';
import {
  chunked,
  collect,
  fixturePath,
  integers,
  sine,
  toFloats,
  wavFile,
} from '../../support/audio-fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'bridge-audio-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tone = (amplitude: number, seconds = 1): Uint8Array =>
  integers(
    sine(16_000 * seconds, 1_000, 16_000, amplitude).map((v) => Math.round(v * 32_767)),
    2,
  );

function saved(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const peakOf = (pcm: Uint8Array): number => toFloats(pcm).reduce((peak, v) => Math.max(peak, Math.abs(v)), 0);

describe('openSound', () => {
  it('plays the sample that comes with the package, untouched', async () => {
    const sound = await openSound(fixturePath('speech-sample.wav'));
    const pcm = await collect(sound.frames());
    expect(sound.description).toEqual({
      container: 'wav',
      encoding: 's16le',
      sampleRateHz: 16_000,
      channels: 1,
    });
    expect(pcm.byteLength / 32).toBe(sound.durationMs);
    expect(20 * Math.log10(peakOf(pcm))).toBeCloseTo(-3, 0);
  });

  it('gives a file its own rate back, untouched, when asked for that rate', async () => {
    const samples = integers(
      sine(48_000, 15_000, 48_000, 0.5).map((v) => Math.round(v * 32_767)),
      2,
    );
    const path = saved('full-band.wav', wavFile(samples, { sampleRateHz: 48_000 }));
    const sound = await openSound(path, { sampleRateHz: 48_000 });
    expect(sound.sampleRateHz).toBe(48_000);
    expect(await collect(sound.frames())).toEqual(samples);
  });

  it.each([8_000, 44_100, 48_000])(
    'gives speech of 16 kHz at %i Hz, as long as it is',
    async (sampleRateHz) => {
      const sound = await openSound(fixturePath('speech-sample.wav'), { sampleRateHz });
      const pcm = await collect(sound.frames());
      expect(pcm.byteLength / 2).toBe(Math.round(((sound.durationMs ?? 0) * sampleRateHz) / 1000));
    },
  );

  it('refuses a rate that no device has', async () => {
    for (const sampleRateHz of [0, 3_999, 192_001, 44_100.5]) {
      await expect(openSound(fixturePath('speech-sample.wav'), { sampleRateHz })).rejects.toMatchObject({
        code: 'BRIDGE_ERR_USAGE',
        message: expect.stringContaining('sampleRateHz'),
      });
    }
  });

  it('says what to do about paths that cannot be read', async () => {
    await expect(openSound(join(folder, 'none.wav'))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_UNREADABLE',
      message: expect.stringMatching(/none\.wav.*no such file/),
    });
    await expect(openSound(folder)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_UNREADABLE',
      message: expect.stringMatching(/directory/),
    });
  });

  it('says an empty file is empty', async () => {
    await expect(openSound(saved('empty.wav', new Uint8Array(0)))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_EMPTY',
    });
  });

  it('names what is supported, and raw PCM, when the kind is unknown', async () => {
    const text = new TextEncoder().encode('Dear avatar, this is a letter and not a sound.');
    await expect(openSound(chunked(text), { name: 'the upload' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_FORMAT',
      message: expect.stringMatching(/^the upload: .*MP3.*FLAC.*Opus.*Raw PCM needs its format/),
    });
  });

  it('recognises by content, not by the file name', async () => {
    const path = saved('really-wav.mp3', wavFile(tone(0.5)));
    const sound = await openSound(path);
    expect(sound.description.container).toBe('wav');
    await sound.close();
  });

  it('plays raw PCM of a stated format as it arrives, in whole samples', async () => {
    const pcm = tone(0.5, 0.05);
    const sound = await openSound(chunked(pcm, 7), {
      rawFormat: { sampleRateHz: 16_000, channels: 1, encoding: 's16le' },
    });
    expect(await collect(sound.frames())).toEqual(pcm);
    expect(sound.description.container).toBe('raw');
  });

  it('leaves out half a sample at the end of raw PCM and tells', async () => {
    const sound = await openSound(chunked(Uint8Array.of(1, 0, 2, 0, 3)), {
      rawFormat: { sampleRateHz: 16_000, channels: 1, encoding: 's16le' },
    });
    expect(await collect(sound.frames())).toEqual(Uint8Array.of(1, 0, 2, 0));
    expect(sound.truncated).toBe(true);
  });

  it('gives live sound on before the source sends more', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* live(): AsyncGenerator<Uint8Array> {
      yield tone(0.5, 0.02);
      await held;
      yield tone(0.5, 0.02);
    }
    const sound = await openSound(live(), {
      rawFormat: { sampleRateHz: 16_000, channels: 1, encoding: 's16le' },
    });
    const frames = sound.frames()[Symbol.asyncIterator]();
    expect((await frames.next()).value).toHaveLength(640);
    release();
    expect((await frames.next()).value).toHaveLength(640);
    expect((await frames.next()).done).toBe(true);
  });

  it('reads nothing ahead of its consumer but one block', async () => {
    let pulled = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for (const part of [
        wavFile(tone(0.5)).subarray(0, 44),
        ...Array.from({ length: 50 }, () => tone(0.5, 0.02)),
      ]) {
        pulled++;
        yield part;
      }
    }
    const sound = await openSound(counted());
    const frames = sound.frames()[Symbol.asyncIterator]();
    await frames.next();
    await frames.next();
    expect(pulled).toBeLessThanOrEqual(4);
    await sound.close();
  });

  it('applies a gain in dB and counts what is cut', async () => {
    const louder = await openSound(chunked(wavFile(tone(0.25))), { gainDb: 6 });
    expect(peakOf(await collect(louder.frames()))).toBeCloseTo(0.25 * 10 ** 0.3, 2);
    expect(louder.clippedSamples).toBe(0);
    const tooLoud = await openSound(chunked(wavFile(tone(0.9))), { gainDb: 6 });
    expect(peakOf(await collect(tooLoud.frames()))).toBeCloseTo(1, 3);
    expect(tooLoud.clippedSamples).toBeGreaterThan(1_000);
  });

  it('brings a file to a target loudness', async () => {
    const sound = await openSound(saved('quiet.wav', wavFile(tone(0.05))), { loudnessLufs: -23 });
    expect(sound.loudness).toMatchObject({ isPeakLimited: false });
    const again = await openSound(saved('levelled.wav', wavFile(await collect(sound.frames()))), {
      loudnessLufs: -23,
    });
    expect(again.loudness?.measuredLufs).toBeCloseTo(-23, 1);
    await again.close();
  });

  it('stops raising at -1 dBFS peak and tells', async () => {
    const click = new Uint8Array(tone(0.02));
    new DataView(click.buffer).setInt16(8_000, 20_000, true);
    const sound = await openSound(saved('click.wav', wavFile(click)), { loudnessLufs: -16 });
    expect(sound.loudness?.isPeakLimited).toBe(true);
    expect(20 * Math.log10(peakOf(await collect(sound.frames())))).toBeCloseTo(-1, 1);
    expect(sound.clippedSamples).toBe(0);
  });

  it('leaves silence alone', async () => {
    const sound = await openSound(saved('silence.wav', wavFile(new Uint8Array(32_000))), {
      loudnessLufs: -23,
    });
    expect(sound.loudness).toMatchObject({ measuredLufs: undefined, gainDb: 0 });
    await sound.close();
  });

  const refused: readonly (readonly [string, OpenSoundOptions])[] = [
    ['loudness for a stream', { loudnessLufs: -23 }],
    ['loudness and gain together', { loudnessLufs: -23, gainDb: 3 }],
    ['a gain that is not a number', { gainDb: Number.NaN }],
    ['a gain out of range', { gainDb: 90 }],
    ['a raw rate out of range', { rawFormat: { sampleRateHz: 1, channels: 1, encoding: 's16le' } }],
    ['no raw channels', { rawFormat: { sampleRateHz: 16_000, channels: 0, encoding: 's16le' } }],
  ];
  for (const [name, options] of refused) {
    it(`refuses ${name}`, async () => {
      await expect(openSound(chunked(wavFile(tone(0.1))), options)).rejects.toMatchObject({
        code: 'BRIDGE_ERR_USAGE',
      });
    });
  }

  it('ends with the reason of the signal while the source is stuck', async () => {
    const abort = new AbortController();
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield wavFile(tone(0.5)).subarray(0, 1_044);
      await new Promise(() => {});
    }
    const sound = await openSound(stuck(), { signal: abort.signal });
    const frames = sound.frames()[Symbol.asyncIterator]();
    expect((await frames.next()).value).toHaveLength(1_000);
    const pending = frames.next();
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await expect(openSound(stuck(), { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('ends quietly when closed while the source is stuck', async () => {
    let isReturned = false;
    const first = wavFile(tone(0.5)).subarray(0, 1_044);
    const stuck: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => {
        let count = 0;
        return {
          next: () =>
            count++ === 0 ? Promise.resolve({ done: false, value: first }) : new Promise(() => {}),
          return: async () => {
            isReturned = true;
            return { done: true, value: undefined };
          },
        };
      },
    };
    const sound = await openSound(stuck);
    const frames = sound.frames()[Symbol.asyncIterator]();
    await frames.next();
    const pending = frames.next();
    await sound.close();
    await sound.close();
    expect((await pending).done).toBe(true);
    expect(isReturned).toBe(true);
  });

  it('closes the source when the consumer leaves the loop', async () => {
    let isReturned = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield tone(0.5, 0.1);
      } finally {
        isReturned = true;
      }
    }
    const sound = await openSound(watched(), {
      rawFormat: { sampleRateHz: 24_000, channels: 1, encoding: 's16le' },
    });
    for await (const block of sound.frames()) {
      if (block.byteLength > 0) break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(isReturned).toBe(true);
  });

  it('says unreadable when the source fails on the way', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield wavFile(tone(0.5)).subarray(0, 4_000);
      throw new Error('socket hang up');
    }
    const sound = await openSound(failing());
    await expect(collect(sound.frames())).rejects.toMatchObject({
      code: 'BRIDGE_ERR_AUDIO_UNREADABLE',
      message: expect.stringMatching(/socket hang up/),
    });
  });

  it('gives its frames once', async () => {
    const sound = await openSound(chunked(wavFile(tone(0.5))));
    sound.frames();
    expect(() => sound.frames()).toThrow(/once/);
    await sound.close();
  });
});
