import { unsupportedSound } from './audio-errors.js';
import type { PcmFormat, SampleEncoding } from './pcm.js';

/** The `fmt ` chunk in our words; ranges of rate and channels are checked by the caller. */
export interface WavFormat extends PcmFormat {
  readonly encoding: SampleEncoding;
}

const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_ALAW = 6;
const TAG_MULAW = 7;
const TAG_EXTENSIBLE = 0xfffe;

/** Bytes 2–15 of every subformat GUID that stands for a plain format tag (KSDATAFORMAT_SUBTYPE base). */
const SUBFORMAT_REST = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [0x02, 'Microsoft ADPCM'],
  [0x11, 'IMA ADPCM'],
  [0x31, 'GSM 6.10'],
  [0x40, 'G.721 ADPCM'],
  [0x50, 'MPEG'],
  [0x55, 'MP3'],
  [0xff, 'AAC'],
  [0x161, 'Windows Media Audio'],
]);

/**
 * @param body - The first 16–40 bytes of the chunk.
 * @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT - short chunk, unknown tag or impossible sample size.
 * @source Microsoft "Multiple Channel Audio Data and WAVE Files" (WAVEFORMATEX, WAVEFORMATEXTENSIBLE)
 */
export function parseWavFormat(body: Uint8Array, name: string): WavFormat {
  if (body.byteLength < 16) throw unsupportedSound(name, 'a WAV header with a fmt chunk that is too short');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const containerBits = sampleContainerBits(view, channels);
  const plainTag = tag === TAG_EXTENSIBLE ? extensibleTag(view, name) : tag;
  const encoding = encodingOf(plainTag, containerBits);
  if (encoding !== undefined) return { encoding, channels, sampleRateHz };
  const known = TAG_NAMES.get(plainTag) ?? `format tag 0x${plainTag.toString(16).padStart(4, '0')}`;
  throw unsupportedSound(name, `a WAV file with ${known} in samples of ${containerBits} bits`);
}

/**
 * Bits that one sample takes in the file.
 *
 * The block alignment decides where it is plausible: 20 bits in 3 bytes, or 24 in 4, are left-justified in both
 * header kinds, so reading the whole container is right and the valid-bits field changes nothing.
 */
function sampleContainerBits(view: DataView, channels: number): number {
  const statedBits = view.getUint16(14, true);
  const alignedBits = channels > 0 ? (view.getUint16(12, true) / channels) * 8 : 0;
  const isPlausible = Number.isInteger(alignedBits / 8) && alignedBits >= statedBits && alignedBits <= 64;
  return isPlausible ? alignedBits : Math.ceil(statedBits / 8) * 8;
}

function extensibleTag(view: DataView, name: string): number {
  if (view.byteLength < 40) throw unsupportedSound(name, 'an extensible WAV header that is cut short');
  if (SUBFORMAT_REST.some((byte, index) => view.getUint8(26 + index) !== byte)) {
    throw unsupportedSound(name, 'an extensible WAV header with a private subformat');
  }
  return view.getUint16(24, true);
}

function encodingOf(tag: number, bits: number): SampleEncoding | undefined {
  switch (tag) {
    case TAG_PCM:
      return PCM_BY_BITS.get(bits);
    case TAG_FLOAT:
      return bits === 32 ? 'f32le' : bits === 64 ? 'f64le' : undefined;
    case TAG_ALAW:
      return bits === 8 ? 'alaw' : undefined;
    case TAG_MULAW:
      return bits === 8 ? 'mulaw' : undefined;
    default:
      return undefined;
  }
}

const PCM_BY_BITS: ReadonlyMap<number, SampleEncoding> = new Map([
  [8, 'u8'],
  [16, 's16le'],
  [24, 's24le'],
  [32, 's32le'],
]);
