import type { MonoBlock } from './pcm.js';
import { planarToMono } from './sample-decode.js';
import type { SoundFaults } from './sound-reader.js';
import type { DecodedAudio } from './wasm-decoders.js';

/**
 * Runs one step of a decoder: faults are counted, and a decoder that throws on damaged input is asked again with
 * the next piece.
 *
 * @returns The samples, mixed to mono; undefined when the step gave none.
 */
export async function decodeStep(
  run: () => DecodedAudio | Promise<DecodedAudio>,
  faults: SoundFaults,
): Promise<MonoBlock | undefined> {
  try {
    const decoded = await run();
    faults.damagedParts += decoded.errors.length;
    if (!(decoded.samplesDecoded > 0)) return undefined;
    return { sampleRateHz: decoded.sampleRate, samples: planarToMono(decoded.channelData) };
  } catch {
    faults.damagedParts++;
    return undefined;
  }
}
