import { OUTPUT_SAMPLE_RATE_HZ, openSound } from '../audio/index.js';
import type { Session } from './session.js';
import type { SoundSpan } from './timeline.js';
import { silence, wavHeader } from './wav-pieces.js';

const SAMPLES_PER_MS = OUTPUT_SAMPLE_RATE_HZ / 1000;

/**
 * The session's sound with the silences put back: a WAV file, s16le mono 16 000 Hz, in which everything stands at the time it was
 * heard, from the beginning of the recording to the end of the session. Read and given in blocks; the samples are those of
 * sound.wav, unchanged.
 *
 * @throws {RequestError} BRIDGE_ERR_SESSION - longer than the 37 hours that fit into a WAV file, or sound.wav cannot be read.
 */
export async function* alignedWav(session: Session): AsyncGenerator<Uint8Array, void> {
  const totalSamples = session.info.durationMs * SAMPLES_PER_MS;
  yield wavHeader(2 * totalSamples, 1);
  const source = new SampleReader(session.soundFile);
  try {
    let atSample = 0;
    for await (const item of session.items({ kind: 'sound' })) {
      const span = item as SoundSpan;
      const fromSample = Math.max(atSample, Math.round(span.startMs * SAMPLES_PER_MS));
      const soundSample = Math.round(span.soundStartMs * SAMPLES_PER_MS);
      const samples = Math.round(span.soundEndMs * SAMPLES_PER_MS) - soundSample;
      const fitting = Math.min(samples, totalSamples - fromSample);
      if (fitting <= 0) continue;
      yield* silence(fromSample - atSample);
      yield* source.read(soundSample, fitting);
      atSample = fromSample + fitting;
    }
    yield* silence(totalSamples - atSample);
  } finally {
    await source.close();
  }
}

/** Reads stretches of a sound file in the order in which they stand there. */
class SampleReader {
  readonly #path: string;
  #sound: Awaited<ReturnType<typeof openSound>> | undefined;
  #frames: AsyncIterator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #atSample = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Exactly so many samples: what the file has not is silence. */
  async *read(fromSample: number, samples: number): AsyncGenerator<Uint8Array, void> {
    while (this.#atSample < fromSample) {
      const skipped = await this.#take(fromSample - this.#atSample);
      if (skipped.byteLength === 0) break;
    }
    let left = samples;
    while (left > 0) {
      const part = await this.#take(left);
      if (part.byteLength === 0) break;
      left -= part.byteLength / 2;
      yield part;
    }
    yield* silence(left);
  }

  async close(): Promise<void> {
    await this.#sound?.close();
  }

  /** At most so many samples; none at the end of the file. */
  async #take(samples: number): Promise<Uint8Array> {
    while (this.#rest.byteLength === 0) {
      this.#sound ??= await openSound(this.#path);
      this.#frames ??= this.#sound.frames()[Symbol.asyncIterator]();
      const next = await this.#frames.next();
      if (next.done === true) return new Uint8Array(0);
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, samples * 2);
    this.#rest = this.#rest.subarray(part.byteLength);
    this.#atSample += part.byteLength / 2;
    return part;
  }
}
