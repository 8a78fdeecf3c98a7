import { OUTPUT_SAMPLE_RATE_HZ, WAV_HEADER_BYTES, wavHeader as wavHeaderOf } from '../audio/index.js';
import { RequestError } from '../runtime/index.js';

/** The size fields of a WAV header have 32 bits. */
const MAX_DATA_BYTES = 0xffff_ffff - WAV_HEADER_BYTES;
const BYTES_PER_HOUR = OUTPUT_SAMPLE_RATE_HZ * 2 * 3600;
const SILENCE = new Uint8Array(65_536);

/** So many samples, s16. */
export function* silence(samples: number): Generator<Uint8Array> {
  for (let bytes = samples * 2; bytes > 0; bytes -= SILENCE.byteLength)
    yield SILENCE.subarray(0, Math.min(bytes, SILENCE.byteLength));
}

/**
 * Of a WAV file, s16le 16 000 Hz.
 *
 * @throws {RequestError} BRIDGE_ERR_SESSION - more than fits into one: 37 hours of one channel, half of it of two.
 */
export function wavHeader(dataBytes: number, channels: 1 | 2): Uint8Array {
  if (dataBytes > MAX_DATA_BYTES) {
    const hours = Math.floor(MAX_DATA_BYTES / BYTES_PER_HOUR / channels);
    throw new RequestError(
      'BRIDGE_ERR_SESSION',
      `Expected a session that fits into a WAV file (${hours} hours), got a longer one. Say --no-sound`,
    );
  }
  return wavHeaderOf(dataBytes, OUTPUT_SAMPLE_RATE_HZ, channels);
}
