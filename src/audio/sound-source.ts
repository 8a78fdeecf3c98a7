import { InvalidStateError } from '../runtime/index.js';
import type { ByteReader } from './byte-reader.js';
import type { LoudnessReport } from './loudness-gain.js';
import { outputBlocks } from './output-blocks.js';
import { dbToFactor } from './pcm.js';
import { S16Encoder } from './s16-encode.js';
import type { SoundDescription, SoundReader } from './sound-reader.js';

/** A sound that is open and can be played once. */
export interface SoundSource {
  /** What messages call it. */
  readonly name: string;
  readonly description: SoundDescription;
  /** Of what `frames` gives. */
  readonly sampleRateHz: number;
  /** Length in ms, when the header tells it; what comes may be shorter (`truncated`). */
  readonly durationMs: number | undefined;
  /** The gain that is applied; 0 leaves the samples as they are. */
  readonly gainDb: number;
  /** Set when a target loudness was asked for. */
  readonly loudness: LoudnessReport | undefined;
  /** Samples cut to full scale so far. */
  readonly clippedSamples: number;
  /** The sound ended earlier than its header said; final once `frames` has ended. */
  readonly truncated: boolean;
  /** Stretches that were left out because they could not be decoded, so far. */
  readonly damagedParts: number;
  /**
   * The sound as s16le mono at `sampleRateHz`, in order, in blocks of whole samples of any length, each a new array.
   *
   * Call once. Works only as fast as it is asked. Ends early, without an error, after `close`; throws the
   * signal's reason after an abort and BRIDGE_ERR_AUDIO_UNREADABLE when the source fails on the way.
   */
  frames(): AsyncIterable<Uint8Array>;
  /** Gives everything back; idempotent, and ends a pending read. */
  close(): Promise<void>;
}

export interface ReadSoundParts {
  readonly name: string;
  readonly reader: SoundReader;
  readonly bytes: ByteReader;
  /** Aborted by `close`, to end a pending read. */
  readonly closing: AbortController;
  readonly sampleRateHz: number;
  readonly gainDb: number;
  readonly loudness: LoudnessReport | undefined;
}

/** A `SoundSource` over any reader. */
export class ReadSound implements SoundSource {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly gainDb: number;
  readonly loudness: LoudnessReport | undefined;
  readonly #reader: SoundReader;
  readonly #bytes: ByteReader;
  readonly #closing: AbortController;
  readonly #encoder: S16Encoder;
  readonly #blocks: AsyncGenerator<Float32Array, void>;
  #firstBlock: Float32Array | undefined;
  #isTaken = false;
  #isReading = false;

  constructor(parts: ReadSoundParts) {
    this.name = parts.name;
    this.sampleRateHz = parts.sampleRateHz;
    this.gainDb = parts.gainDb;
    this.loudness = parts.loudness;
    this.#reader = parts.reader;
    this.#bytes = parts.bytes;
    this.#closing = parts.closing;
    this.#encoder = new S16Encoder(dbToFactor(parts.gainDb));
    this.#blocks = outputBlocks(parts.reader, parts.name, parts.sampleRateHz);
  }

  get description(): SoundDescription {
    return this.#reader.description;
  }

  get durationMs(): number | undefined {
    return this.#reader.durationMs;
  }

  get clippedSamples(): number {
    return this.#encoder.clippedSamples;
  }

  get truncated(): boolean {
    return this.#reader.faults.truncated;
  }

  get damagedParts(): number {
    return this.#reader.faults.damagedParts;
  }

  /** Decodes up to the first sample. @returns false when there is none. @internal */
  async prime(): Promise<boolean> {
    this.#firstBlock = await this.#nextBlock();
    return this.#firstBlock !== undefined;
  }

  frames(): AsyncIterable<Uint8Array> {
    if (this.#isTaken)
      throw new InvalidStateError('frames() of a sound can be called once; open the sound again');
    this.#isTaken = true;
    return this.#frames();
  }

  async close(): Promise<void> {
    this.#firstBlock = undefined;
    this.#closing.abort();
    this.#bytes.close();
    // A generator inside a read frees itself when the abort reaches it; one that is resting is told to.
    if (!this.#isReading) await this.#blocks.return();
  }

  async *#frames(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let block = this.#firstBlock; block !== undefined; block = await this.#nextBlock()) {
        this.#firstBlock = undefined;
        if (this.#closing.signal.aborted) break;
        yield this.#encoder.encode(block);
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    } finally {
      await this.close();
    }
  }

  async #nextBlock(): Promise<Float32Array | undefined> {
    this.#isReading = true;
    try {
      for (;;) {
        const next = await this.#blocks.next();
        if (next.done === true) return undefined;
        if (next.value.length > 0) return next.value;
      }
    } finally {
      this.#isReading = false;
    }
  }
}
