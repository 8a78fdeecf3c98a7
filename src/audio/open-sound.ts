import { anySignal } from '../runtime/index.js';
import { badRequest, damagedSound, emptySound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { isRereadable, openBytes, type SoundInput } from './byte-source.js';
import { gainForLoudness, type LoudnessReport } from './loudness-gain.js';
import { outputBlocks } from './output-blocks.js';
import {
  MAX_CHANNELS,
  MAX_SAMPLE_RATE_HZ,
  MIN_SAMPLE_RATE_HZ,
  OUTPUT_SAMPLE_RATE_HZ,
  type RawFormat,
} from './pcm.js';
import { PcmReader } from './pcm-reader.js';
import { openReader } from './sound-kind.js';
import type { SoundReader } from './sound-reader.js';
import { ReadSound, type SoundSource } from './sound-source.js';

/** No device plays more. */
const MAX_OUTPUT_RATE_HZ = 192_000;

export interface OpenSoundOptions {
  /** The input is raw PCM of this format; its content is then not looked at. @default detected by content */
  readonly rawFormat?: RawFormat | undefined;
  /**
   * Rate of what comes out, 4 000 – 192 000. Local playback takes 48 000, which keeps what a file has; where 16 kHz is needed
   * from the same read (lips of a stream), put a `MonoResampler` behind it.
   *
   * @default 16000
   */
  readonly sampleRateHz?: number | undefined;
  /** Fixed gain, -60 … 40 dB; samples beyond full scale are cut and counted. @default 0 */
  readonly gainDb?: number | undefined;
  /**
   * Target integrated loudness, -60 … -5 LUFS (speech: -23 to -16). Reads the file twice, so `openSound` takes as
   * long as decoding all of it (about 1 s per 5 min of MP3); not for streams, and not together with `gainDb`.
   * @default off
   */
  readonly loudnessLufs?: number | undefined;
  /** Ends opening and reading with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** What error messages call the sound. @default the path, or `the sound stream` */
  readonly name?: string | undefined;
}

/**
 * Opens sound of any supported kind for playing once, as s16le mono at 16 000 Hz or the rate asked for.
 *
 * Resolves when the first sample is decoded, so a sound that cannot be played fails here and not while speaking.
 * Memory stays bounded whatever the length; nothing is read ahead of the consumer but one block.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_UNREADABLE, BRIDGE_ERR_AUDIO_FORMAT, BRIDGE_ERR_AUDIO_EMPTY;
 *   BRIDGE_ERR_USAGE - an option out of range or loudness for a stream.
 */
export async function openSound(input: SoundInput, options: OpenSoundOptions = {}): Promise<SoundSource> {
  checkOptions(options);
  const name = options.name ?? (typeof input === 'string' ? input : 'the sound stream');
  options.signal?.throwIfAborted();
  const loudness = await measuredGain(input, name, options);
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : anySignal(options.signal, closing.signal);
  const bytes = await openBytes(input, name, signal);
  try {
    const reader = await readerFor(bytes, name, options.rawFormat);
    const sound = new ReadSound({
      name,
      reader,
      bytes,
      closing,
      sampleRateHz: options.sampleRateHz ?? OUTPUT_SAMPLE_RATE_HZ,
      gainDb: loudness?.gainDb ?? options.gainDb ?? 0,
      loudness,
    });
    if (!(await sound.prime())) throw nothingPlayed(sound);
    return sound;
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** The measuring pass of loudness normalisation. */
async function measuredGain(
  input: SoundInput,
  name: string,
  options: OpenSoundOptions,
): Promise<LoudnessReport | undefined> {
  if (options.loudnessLufs === undefined) return undefined;
  if (!(await isRereadable(input, name))) {
    throw badRequest(
      `${name}: loudness can only be set for a file, which is read twice; save it first, or use a gain in dB`,
    );
  }
  const bytes = await openBytes(input, name, options.signal);
  try {
    const reader = await readerFor(bytes, name, options.rawFormat);
    return await gainForLoudness(outputBlocks(reader, name), options.loudnessLufs);
  } finally {
    bytes.close();
  }
}

async function readerFor(
  bytes: ByteReader,
  name: string,
  rawFormat: RawFormat | undefined,
): Promise<SoundReader> {
  if (rawFormat === undefined) return openReader(bytes, name);
  return new PcmReader(bytes, { ...rawFormat, dataBytes: undefined }, 'raw');
}

function nothingPlayed(sound: SoundSource): Error {
  if (sound.damagedParts > 0) return damagedSound(sound.name, 'nothing in it could be decoded');
  if (sound.truncated) return damagedSound(sound.name, 'it is cut short before the first sound');
  return emptySound(sound.name);
}

function checkOptions(options: OpenSoundOptions): void {
  checkRange('sampleRateHz', options.sampleRateHz, MIN_SAMPLE_RATE_HZ, MAX_OUTPUT_RATE_HZ, true);
  checkRange('gainDb', options.gainDb, -60, 40);
  checkRange('loudnessLufs', options.loudnessLufs, -60, -5);
  checkRange(
    'rawFormat.sampleRateHz',
    options.rawFormat?.sampleRateHz,
    MIN_SAMPLE_RATE_HZ,
    MAX_SAMPLE_RATE_HZ,
    true,
  );
  checkRange('rawFormat.channels', options.rawFormat?.channels, 1, MAX_CHANNELS, true);
  if (options.gainDb !== undefined && options.loudnessLufs !== undefined) {
    throw badRequest('gainDb and loudnessLufs exclude each other: give one of them');
  }
}

function checkRange(
  name: string,
  value: number | undefined,
  min: number,
  max: number,
  isWhole = false,
): void {
  if (value === undefined) return;
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return;
  throw badRequest(`${name} must be ${isWhole ? 'a whole number ' : ''}from ${min} to ${max}, got ${value}`);
}
