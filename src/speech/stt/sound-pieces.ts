import { OUTPUT_BYTES_PER_MS, OUTPUT_SAMPLE_RATE_HZ, wavHeader } from '../../audio/index.js';
import { orAborted, ProviderError } from '../../runtime/index.js';
import type { EngineFace } from '../../vendor/index.js';
import { WholeSamples } from '../http/whole-samples.js';

/** What is gathered before a piece goes on its way: 100 ms. */
const PIECE_BYTES = 100 * OUTPUT_BYTES_PER_MS;

/**
 * A source that ends with the signal's reason at once when it fires, although the source itself may never move again; whole samples
 * whatever comes.
 */
export async function* inReach(
  sound: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const whole = new WholeSamples();
  const iterator = sound[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal);
      if (next.done === true) {
        isOver = true;
        return;
      }
      const samples = whole.push(next.value);
      if (samples.byteLength > 0) yield samples;
    }
  } finally {
    // Not waited for: a source that hangs would hang whoever leaves it.
    if (!isOver) void iterator.return?.()?.catch(() => {});
  }
}

/** The same sound in pieces of 100 ms or more, so that frames of 20 ms do not become messages of 20 ms. */
export async function* inLargerPieces(sound: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of sound) {
    parts.push(part);
    bytes += part.byteLength;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts);
}

/**
 * All of a sound, for engines that take it whole.
 *
 * @throws {ProviderError} BRIDGE_ERR_SPEECH_REFUSED - it is longer than the engine takes.
 */
export async function collected(
  sound: AsyncIterable<Uint8Array>,
  { face, maxSeconds }: { readonly face: EngineFace; readonly maxSeconds: number },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of sound) {
    // Whoever gives a piece may use its memory again.
    parts.push(part.slice());
    bytes += part.byteLength;
    if (bytes > maxSeconds * 1000 * OUTPUT_BYTES_PER_MS) throw tooLong(face, maxSeconds);
  }
  return Buffer.concat(parts);
}

function tooLong(face: EngineFace, maxSeconds: number): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_REFUSED',
    `${face.name}: expected at most ${maxSeconds} s of sound at once, got more; cut it at its pauses`,
    { provider: face.name },
  );
}

/** What stands before a stream of samples whose length is not known: a header whose sizes are both 0. */
export function wavStreamHeader(): Uint8Array {
  const header = wavHeader(0, OUTPUT_SAMPLE_RATE_HZ);
  new DataView(header.buffer).setUint32(4, 0, true);
  return header;
}
