import { unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { MAX_CHANNELS, MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ } from './pcm.js';
import type { PcmLayout } from './pcm-reader.js';
import { parseWavFormat, type WavFormat } from './wav-format.js';

export interface WavHeader {
  readonly container: 'wav' | 'rf64';
  readonly layout: PcmLayout;
}

/** Metadata before the sound that is skipped; more is not a sound file. */
const MAX_SKIPPED_BYTES = 268_435_456;
const CHUNK_ID = /^[A-Za-z0-9_ ]{4}$/;
/** Chunks that follow an odd chunk often enough to tell whether its pad byte was written. */
const KNOWN_IDS = new Set([
  'data',
  'fmt ',
  'LIST',
  'fact',
  'JUNK',
  'bext',
  'cue ',
  'PAD ',
  'id3 ',
  'ID3 ',
  'smpl',
]);

/**
 * Reads a RIFF/WAVE, RF64 or BW64 header up to the first sample.
 *
 * Lenient where real writers are careless: chunks in any order before `data`, odd chunks with and without their
 * pad byte, and lengths that a writer to a pipe could not know (0, 0xFFFFFFFF, 0x7FFFF…), which mean "to the end".
 *
 * @param bytes - At the file's first byte; left at the first sample.
 * @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT.
 */
export async function readWavHeader(bytes: ByteReader, name: string): Promise<WavHeader> {
  const riff = await bytes.read(12);
  const form = asciiAt(riff, 0);
  if (form === 'RIFX') throw unsupportedSound(name, 'a big-endian RIFX file');
  const container = form === 'RIFF' ? 'wav' : 'rf64';
  let format: WavFormat | undefined;
  let longDataBytes: number | undefined;
  let skippedBytes = 0;
  for (;;) {
    const head = await bytes.read(8);
    if (head.byteLength < 8) throw unsupportedSound(name, 'a WAV header without a data chunk');
    const id = asciiAt(head, 0);
    const sizeBytes = uint32At(head, 4);
    if (id === 'data') {
      if (format === undefined) throw unsupportedSound(name, 'a WAV data chunk before any fmt chunk');
      const dataBytes = await realDataBytes(bytes, sizeBytes, longDataBytes);
      return { container, layout: checkedLayout(format, dataBytes, name) };
    }
    const body = await bytes.read(Math.min(sizeBytes, 40));
    if (id === 'fmt ') format = parseWavFormat(body, name);
    if (id === 'ds64') longDataBytes = ds64DataBytes(body);
    skippedBytes += sizeBytes;
    if (skippedBytes > MAX_SKIPPED_BYTES)
      throw unsupportedSound(name, 'a WAV header with an absurd chunk size');
    await bytes.skip(sizeBytes - body.byteLength);
    if (sizeBytes % 2 === 1) await skipPadByte(bytes);
  }
}

async function skipPadByte(bytes: ByteReader): Promise<void> {
  const ahead = await bytes.peek(5);
  const isUnpadded = KNOWN_IDS.has(asciiAt(ahead, 0)) && !KNOWN_IDS.has(asciiAt(ahead, 1));
  if (!isUnpadded) await bytes.skip(1);
}

/** Length of the data chunk, or undefined for "to the end of the source". */
async function realDataBytes(
  bytes: ByteReader,
  sizeBytes: number,
  longBytes: number | undefined,
): Promise<number | undefined> {
  if (sizeBytes === 0) {
    // A file finished without sound goes on with another chunk or ends; anything else is an unfinished header.
    const ahead = await bytes.peek(8);
    const id = asciiAt(ahead, 0);
    return CHUNK_ID.test(id) && KNOWN_IDS.has(id) ? 0 : undefined;
  }
  if (sizeBytes === 0xffff_ffff && longBytes !== undefined && longBytes > 0) return longBytes;
  const isStreamed = sizeBytes >= 0xffff_f000 || (sizeBytes >= 0x7fff_f000 && sizeBytes <= 0x7fff_ffff);
  return isStreamed ? undefined : sizeBytes;
}

function ds64DataBytes(body: Uint8Array): number | undefined {
  if (body.byteLength < 16) return undefined;
  const total = uint32At(body, 12) * 4_294_967_296 + uint32At(body, 8);
  return Number.isSafeInteger(total) ? total : undefined;
}

function checkedLayout(format: WavFormat, dataBytes: number | undefined, name: string): PcmLayout {
  const { encoding, channels, sampleRateHz } = format;
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw unsupportedSound(
      name,
      `a WAV header with ${channels} channels (1 to ${MAX_CHANNELS} can be played)`,
    );
  }
  if (sampleRateHz < MIN_SAMPLE_RATE_HZ || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
    const range = `${MIN_SAMPLE_RATE_HZ} to ${MAX_SAMPLE_RATE_HZ}`;
    throw unsupportedSound(
      name,
      `a WAV header with a sample rate of ${sampleRateHz} Hz (${range} can be played)`,
    );
  }
  return { encoding, channels, sampleRateHz, dataBytes };
}

function asciiAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

function uint32At(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
}
