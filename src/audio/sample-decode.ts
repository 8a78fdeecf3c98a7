import type { SampleEncoding } from './pcm.js';

type SampleAt = (view: DataView, offset: number) => number;

interface EncodingRow {
  readonly bytes: number;
  readonly at: SampleAt;
}

/** One row per encoding; every integer format is scaled so that its most negative value is exactly -1. */
const ENCODINGS: { readonly [K in SampleEncoding]: EncodingRow } = {
  u8: { bytes: 1, at: (view, offset) => (view.getUint8(offset) - 128) / 128 },
  s16le: { bytes: 2, at: (view, offset) => view.getInt16(offset, true) / 32_768 },
  s24le: {
    bytes: 3,
    at: (view, offset) => (view.getInt16(offset + 1, true) * 256 + view.getUint8(offset)) / 8_388_608,
  },
  s32le: { bytes: 4, at: (view, offset) => view.getInt32(offset, true) / 2_147_483_648 },
  f32le: { bytes: 4, at: (view, offset) => finite(view.getFloat32(offset, true)) },
  f64le: { bytes: 8, at: (view, offset) => finite(view.getFloat64(offset, true)) },
  mulaw: { bytes: 1, at: (view, offset) => mulawToLinear(view.getUint8(offset)) / 32_768 },
  alaw: { bytes: 1, at: (view, offset) => alawToLinear(view.getUint8(offset)) / 32_768 },
};

/** Bytes of one sample of one channel. */
export function sampleBytes(encoding: SampleEncoding): number {
  return ENCODINGS[encoding].bytes;
}

/**
 * Interleaved samples to mono: the plain average of all channels.
 *
 * No channel is weighted and a low-frequency channel is not left out: speech is on the front channels, and an
 * average cannot clip. One channel passes unchanged, so s16le in and s16le out are the same bits.
 *
 * @param bytes - Whole sample frames; a rest shorter than one frame is ignored.
 * @param into - Where the samples go when there is room; a new array otherwise.
 * @returns A view of `into`, one sample per frame. NaN and infinities of float formats become 0.
 */
export function interleavedToMono(
  bytes: Uint8Array,
  encoding: SampleEncoding,
  channels: number,
  into = new Float32Array(0),
): Float32Array {
  const row = ENCODINGS[encoding];
  const stepBytes = row.bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frameCount = Math.floor(bytes.byteLength / (stepBytes * channels));
  const mono = frameCount <= into.length ? into.subarray(0, frameCount) : new Float32Array(frameCount);
  let offset = 0;
  for (let index = 0; index < frameCount; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += row.at(view, offset);
      offset += stepBytes;
    }
    mono[index] = sum / channels;
  }
  return mono;
}

/**
 * As `interleavedToMono`, for one array per channel; all are as long as the first.
 *
 * @returns The first array, overwritten.
 */
export function planarToMono(planes: readonly Float32Array[]): Float32Array {
  const mono = planes[0] ?? new Float32Array(0);
  for (let index = 0; index < mono.length; index++) {
    let sum = 0;
    for (const plane of planes) sum += plane[index] ?? 0;
    mono[index] = finite(sum / planes.length);
  }
  return mono;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** ITU-T G.711 mu-law, 14 bits left-justified to 16. */
function mulawToLinear(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

/** ITU-T G.711 A-law, 13 bits left-justified to 16. */
function alawToLinear(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = (bits & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}
