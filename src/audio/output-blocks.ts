import { unsupportedSound } from './audio-errors.js';
import { MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, OUTPUT_SAMPLE_RATE_HZ } from './pcm.js';
import { MonoResampler } from './resampler.js';
import type { SoundReader } from './sound-reader.js';

/**
 * A reader's blocks at one rate; each is valid until the next is asked for.
 *
 * A sound that has this rate already passes untouched and loads no resampler. A rate that changes on the way
 * (chained Ogg, spliced MP3) ends one resampler and starts the next.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT - a rate no sound has, which would need absurd memory.
 */
export async function* outputBlocks(
  reader: SoundReader,
  name: string,
  outputHz: number = OUTPUT_SAMPLE_RATE_HZ,
): AsyncGenerator<Float32Array, void> {
  let resampler: MonoResampler | undefined;
  let sampleRateHz = outputHz;
  try {
    for await (const block of reader.blocks()) {
      if (block.samples.length === 0) continue;
      if (block.sampleRateHz !== sampleRateHz) {
        checkRate(block.sampleRateHz, name);
        if (resampler !== undefined) yield resampler.end();
        resampler?.free();
        resampler = undefined;
        sampleRateHz = block.sampleRateHz;
        if (sampleRateHz !== outputHz) resampler = await MonoResampler.create(sampleRateHz, outputHz);
      }
      yield resampler === undefined ? block.samples : resampler.push(block.samples);
    }
    if (resampler !== undefined) yield resampler.end();
  } finally {
    resampler?.free();
  }
}

function checkRate(sampleRateHz: number, name: string): void {
  if (sampleRateHz >= MIN_SAMPLE_RATE_HZ && sampleRateHz <= MAX_SAMPLE_RATE_HZ) return;
  const range = `${MIN_SAMPLE_RATE_HZ} to ${MAX_SAMPLE_RATE_HZ}`;
  throw unsupportedSound(name, `sound with a sample rate of ${sampleRateHz} Hz (${range} can be played)`);
}
