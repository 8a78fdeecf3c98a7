import { ProviderError } from '../../runtime/index.js';
import type { SpeechPart } from '../synthesizer.js';

/**
 * Holds an engine to its contract, so that what comes behind need not doubt it: one `start` first, whole samples, some sound.
 *
 * A sample cut in two by the edge of a chunk is put together; half a sample at the very end is dropped.
 *
 * @throws {ProviderError} BRIDGE_ERR_SPEECH_FAILED - no sound came, or no or a second `start`.
 */
export async function* checkedParts(
  parts: AsyncIterable<SpeechPart>,
  name: string,
): AsyncGenerator<SpeechPart> {
  let hasStarted = false;
  let hasSounded = false;
  let odd: Uint8Array | undefined;
  for await (const part of parts) {
    if ((part.type === 'start') === hasStarted)
      throw failed(name, hasStarted ? 'began twice' : `sent ${part.type} before its format`);
    hasStarted = true;
    if (part.type !== 'sound') {
      yield part;
      continue;
    }
    const joined = odd === undefined ? part.pcm : joinedBytes(odd, part.pcm);
    const even = joined.byteLength - (joined.byteLength % 2);
    odd = even < joined.byteLength ? joined.slice(even) : undefined;
    if (even === 0) continue;
    hasSounded = true;
    yield even === part.pcm.byteLength ? part : { type: 'sound', pcm: joined.subarray(0, even) };
  }
  if (!hasSounded) throw failed(name, 'answered without any sound');
}

function joinedBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.byteLength + second.byteLength);
  joined.set(first);
  joined.set(second, first.byteLength);
  return joined;
}

function failed(name: string, what: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_FAILED',
    `${name} ${what}; try again, or another engine with --engine`,
    { provider: name, retryable: true },
  );
}
