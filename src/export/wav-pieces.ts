import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import { RequestError } from '../runtime/index.js';

const HEADER_BYTES = 44;
/** The size fields of a WAV header have 32 bits. */
const MAX_DATA_BYTES = 0xffff_ffff - HEADER_BYTES;
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
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes + HEADER_BYTES - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  // PCM.
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(OUTPUT_SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(OUTPUT_SAMPLE_RATE_HZ * 2 * channels, 28);
  header.writeUInt16LE(2 * channels, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
