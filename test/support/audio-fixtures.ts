import { fileURLToPath } from 'node:url';

/** Path of a committed sound file. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/audio/${name}`, import.meta.url));
}

/** A byte writer that shares nothing with the code under test. */
export class Bytes {
  readonly #parts: number[] = [];

  ascii(text: string): this {
    for (const character of text) this.#parts.push(character.charCodeAt(0));
    return this;
  }

  u8(...values: number[]): this {
    for (const value of values) this.#parts.push(value & 0xff);
    return this;
  }

  u16(value: number): this {
    return this.u8(value, value >> 8);
  }

  u32(value: number): this {
    return this.u8(value, value >>> 8, value >>> 16, value >>> 24);
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }
}

export interface WavOptions {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly bits?: number;
  readonly blockAlign?: number;
  /** Subformat tag; makes the header EXTENSIBLE. */
  readonly subformat?: number;
  readonly validBits?: number;
  /** What the data chunk's size field says, when not the truth. */
  readonly statedBytes?: number;
  /** Chunks between `WAVE` and `fmt `. */
  readonly before?: Uint8Array;
  /** Chunks between `fmt ` and `data`. */
  readonly between?: Uint8Array;
  /** Bytes after the samples. */
  readonly after?: Uint8Array;
}

/** A WAV file, byte by byte. */
export function wavFile(samples: Uint8Array, options: WavOptions = {}): Uint8Array {
  const { tag = 1, channels = 1, sampleRateHz = 16_000, bits = 16 } = options;
  const blockAlign = options.blockAlign ?? (channels * bits) / 8;
  const fmt = new Bytes()
    .u16(options.subformat === undefined ? tag : 0xfffe)
    .u16(channels)
    .u32(sampleRateHz)
    .u32(sampleRateHz * blockAlign)
    .u16(blockAlign)
    .u16(bits);
  if (options.subformat !== undefined) {
    fmt
      .u16(22)
      .u16(options.validBits ?? bits)
      .u32(0);
    fmt.u16(options.subformat).u8(0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71);
  }
  const stated = options.statedBytes ?? samples.byteLength;
  const body = new Bytes().ascii('WAVE').raw(options.before ?? new Uint8Array(0));
  body.raw(chunk('fmt ', fmt.done())).raw(options.between ?? new Uint8Array(0));
  body
    .ascii('data')
    .u32(stated)
    .raw(samples)
    .raw(options.after ?? new Uint8Array(0));
  const bytes = body.done();
  return new Bytes().ascii('RIFF').u32(bytes.byteLength).raw(bytes).done();
}

/** One RIFF chunk; an odd one gets its pad byte unless told otherwise. */
export function chunk(id: string, body: Uint8Array, hasPad = true): Uint8Array {
  const bytes = new Bytes().ascii(id).u32(body.byteLength).raw(body);
  if (body.byteLength % 2 === 1 && hasPad) bytes.u8(0);
  return bytes.done();
}

/** Integers as little-endian samples of `bytes` bytes each. */
export function integers(values: ArrayLike<number>, bytes: number): Uint8Array {
  const out = new Bytes();
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    for (let byte = 0; byte < bytes; byte++) out.u8(Math.floor(value / 256 ** byte) & 0xff);
  }
  return out.done();
}

export function floats(values: ArrayLike<number>, bytes: 4 | 8): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * bytes));
  for (let index = 0; index < values.length; index++) {
    if (bytes === 4) out.setFloat32(index * 4, values[index] ?? 0, true);
    else out.setFloat64(index * 8, values[index] ?? 0, true);
  }
  return new Uint8Array(out.buffer);
}

/** A sine with amplitude 0–1. */
export function sine(sampleCount: number, hz: number, sampleRateHz: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: sampleCount },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRateHz),
  );
}

/** Bytes as a stream, cut at the given sizes (the last one repeats). */
export async function* chunked(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array, void> {
  let offset = 0;
  for (let index = 0; offset < bytes.byteLength; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? bytes.byteLength;
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}

/** All of a stream in one array. */
export async function collect(blocks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const block of blocks) parts.push(block);
  return new Uint8Array(Buffer.concat(parts));
}

/** s16le to -1…1. */
export function toFloats(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from({ length: pcm.byteLength / 2 }, (_, n) => view.getInt16(n * 2, true) / 32_768);
}

/** Signal to error ratio in dB over the common length, leaving out `edge` samples at both ends. */
export function snrDb(wanted: Float32Array, got: Float32Array, edge = 0): number {
  let signal = 0;
  let error = 0;
  for (let n = edge; n < Math.min(wanted.length, got.length) - edge; n++) {
    const value = wanted[n] ?? 0;
    signal += value * value;
    error += (value - (got[n] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

/** The shift (samples, got later is positive) with the best correlation, and that correlation (1 = same shape). */
export function bestAlignment(
  wanted: Float32Array,
  got: Float32Array,
  maxShift: number,
): { readonly shift: number; readonly correlation: number } {
  let best = { shift: 0, correlation: -1 };
  for (let shift = -maxShift; shift <= maxShift; shift++) {
    let product = 0;
    let left = 0;
    let right = 0;
    for (let n = Math.max(0, -shift); n < wanted.length && n + shift < got.length; n++) {
      const a = wanted[n] ?? 0;
      const b = got[n + shift] ?? 0;
      product += a * b;
      left += a * a;
      right += b * b;
    }
    const correlation = product / Math.sqrt(left * right);
    if (correlation > best.correlation) best = { shift, correlation };
  }
  return best;
}
