import { expect, it, vi } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import { chunked, collect, wavFile } from '../../support/audio-fixtures.js';

const loaded: string[] = vi.hoisted(() => []);
function noted(name: string): (original: () => Promise<object>) => Promise<object> {
  return (original) => {
    loaded.push(name);
    return original();
  };
}
vi.mock('@echogarden/speex-resampler-wasm/simd', noted('speex'));
vi.mock('mpg123-decoder', noted('mp3'));
vi.mock('@wasm-audio-decoders/flac', noted('flac'));
vi.mock('@wasm-audio-decoders/ogg-vorbis', noted('vorbis'));
vi.mock('ogg-opus-decoder', noted('opus'));
vi.mock('wav', noted('wav'));

it('openSound > loads no decoder and no resampler for 16 kHz WAV', async () => {
  await collect((await openSound(chunked(wavFile(new Uint8Array(64), { channels: 2 })))).frames());
  expect(loaded).toEqual([]);
  await collect((await openSound(chunked(wavFile(new Uint8Array(64), { sampleRateHz: 48_000 })))).frames());
  expect(loaded).toEqual(['speex']);
});
