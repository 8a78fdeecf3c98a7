/** How samples lie in time: rate in Hz and interleaved channels. */
export interface PcmFormat {
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** How one sample is written in bytes; always little-endian. `u8` is unsigned with its middle at 128, as in WAV. */
export type RawEncoding = 's16le' | 'u8' | 's24le' | 's32le' | 'f32le' | 'mulaw' | 'alaw';

/** As `RawEncoding`, and what only a WAV header can name. */
export type SampleEncoding = RawEncoding | 'f64le';

/** The stated format of sound that has no header. */
export interface RawFormat extends PcmFormat {
  readonly encoding: RawEncoding;
}

/**
 * One block of mono sound inside the room.
 *
 * `samples` are nominally within -1…1 (float formats may exceed it) and valid until the next block is asked for.
 */
export interface MonoBlock {
  readonly sampleRateHz: number;
  readonly samples: Float32Array;
}

/** The only rate MMDAgent-EX takes. */
export const OUTPUT_SAMPLE_RATE_HZ = 16_000;

/** What leaves this room: s16le mono at 16 000 Hz. */
export const OUTPUT_FORMAT: PcmFormat = { sampleRateHz: OUTPUT_SAMPLE_RATE_HZ, channels: 1 };
export const OUTPUT_BYTES_PER_MS = (2 * OUTPUT_SAMPLE_RATE_HZ) / 1000;

export const MIN_SAMPLE_RATE_HZ = 4_000;
export const MAX_SAMPLE_RATE_HZ = 384_000;
export const MAX_CHANNELS = 32;

/** Decibels to a linear factor; 0 dB is exactly 1. */
export function dbToFactor(db: number): number {
  return 10 ** (db / 20);
}

/** A linear amplitude (>= 0) to decibels; 0 gives -Infinity. */
export function factorToDb(factor: number): number {
  return 20 * Math.log10(factor);
}
