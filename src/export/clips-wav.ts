import { OUTPUT_SAMPLE_RATE_HZ, openSound } from '../audio/index.js';
import { BridgeError, errorText, RequestError } from '../runtime/index.js';
import { silence, wavHeader } from './wav-pieces.js';

/** A sound file and when its first sample is heard. */
export interface Clip {
  /** WAV, FLAC, …; brought to mono 16 000 Hz. */
  readonly path: string;
  /** Milliseconds from the beginning; what lies before 0 is left out. */
  readonly startMs: number;
}

const SAMPLES_PER_MS = OUTPUT_SAMPLE_RATE_HZ / 1000;

/**
 * Sound files at their times as one WAV file, s16le 16 000 Hz, two channels. Read and given in blocks. Where clips of one channel
 * overlap, the later one goes on at its time and the earlier one ends there.
 *
 * @param durationMs - of all of it, whole milliseconds; what goes beyond is left out.
 * @throws {RequestError} BRIDGE_ERR_SESSION - longer than the 18 hours that fit into a WAV file, or a clip cannot be read.
 */
export async function* clipsWav(
  durationMs: number,
  { left, right }: { readonly left: readonly Clip[]; readonly right: readonly Clip[] },
): AsyncGenerator<Uint8Array, void> {
  const totalSamples = durationMs * SAMPLES_PER_MS;
  yield wavHeader(4 * totalSamples, 2);
  const channels = [new Channel(left, totalSamples), new Channel(right, totalSamples)] as const;
  try {
    for (let done = 0; done < totalSamples; ) {
      const samples = Math.min(await channels[0].waiting(), await channels[1].waiting());
      if (samples === 0) return;
      const both = new Uint8Array(4 * samples);
      for (const [side, channel] of channels.entries()) {
        const one = channel.take(samples);
        for (let at = 0; at < one.byteLength; at++) both[2 * at - (at & 1) + 2 * side] = one[at] ?? 0;
      }
      yield both;
      done += samples;
    }
  } finally {
    for (const channel of channels) await channel.close();
  }
}

/** One channel's samples, of which those that were read wait until the other has as many. */
class Channel {
  readonly #pieces: AsyncGenerator<Uint8Array, void>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(clips: readonly Clip[], totalSamples: number) {
    this.#pieces = placed(clips, totalSamples);
  }

  /** Samples that can be taken; 0 at the end. */
  async waiting(): Promise<number> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return 0;
      this.#rest = next.value;
    }
    return this.#rest.byteLength / 2;
  }

  take(samples: number): Uint8Array {
    const taken = this.#rest.subarray(0, 2 * samples);
    this.#rest = this.#rest.subarray(2 * samples);
    return taken;
  }

  async close(): Promise<void> {
    await this.#pieces.return();
  }
}

/** Clips in the order of their times with silence around them: exactly so many samples. */
async function* placed(clips: readonly Clip[], totalSamples: number): AsyncGenerator<Uint8Array, void> {
  const sorted = [...clips].sort((a, b) => a.startMs - b.startMs);
  const starts = sorted.map(({ startMs }) => Math.round(startMs * SAMPLES_PER_MS));
  let atSample = 0;
  for (const [index, { path }] of sorted.entries()) {
    const fromSample = Math.min(starts[index] ?? 0, totalSamples);
    const toSample = Math.min(starts[index + 1] ?? totalSamples, totalSamples);
    yield* silence(fromSample - atSample);
    atSample = Math.max(atSample, fromSample);
    for await (const piece of stretch(path, atSample - fromSample, toSample - atSample)) {
      atSample += piece.byteLength / 2;
      yield piece;
    }
  }
  yield* silence(totalSamples - atSample);
}

/** A clip's samples without the first `skipped`, and at most `samples`; none of one that was never written. */
async function* stretch(path: string, skipped: number, samples: number): AsyncGenerator<Uint8Array, void> {
  if (samples <= 0) return;
  let skip = 2 * skipped;
  let left = 2 * samples;
  try {
    const sound = await openSound(path);
    try {
      for await (const frame of sound.frames()) {
        const piece = frame.subarray(skip, skip + left);
        skip -= Math.min(skip, frame.byteLength);
        left -= piece.byteLength;
        if (piece.byteLength > 0) yield piece;
        if (left <= 0) return;
      }
    } finally {
      await sound.close();
    }
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'BRIDGE_ERR_AUDIO_EMPTY') return;
    throw new RequestError('BRIDGE_ERR_SESSION', `Expected the sound of a turn: ${errorText(error)}`, {
      cause: error,
    });
  }
}
