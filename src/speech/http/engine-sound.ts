import { MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, openSound, type SoundSource } from '../../audio/index.js';
import { BridgeError, isAbortError, ProviderError } from '../../runtime/index.js';
import {
  type EngineFace,
  failedFault,
  type Redaction,
  truncatedFault,
  vendorWords,
} from '../../vendor/index.js';
import { WholeSamples } from './whole-samples.js';

/** How an engine writes sound: bare s16le mono, or a file of a kind that tells itself (WAV, MP3, Ogg, FLAC). */
export type SoundForm = 'pcm' | 'file';

export interface EngineSoundOptions {
  readonly face: EngineFace;
  readonly redaction: Redaction;
  readonly form: SoundForm;
  /** Rate of bare PCM; what compressed sound is decoded to. WAV keeps its own. 4 000 – 192 000. */
  readonly sampleRateHz: number;
  /** Media type of the answer; decides only what to say of an answer that is no sound. */
  readonly contentType: string;
  readonly signal: AbortSignal | undefined;
}

/** Sound of an engine, s16le mono. Its `pcm` is read once; whoever opened it closes it. */
export interface EngineSound {
  readonly sampleRateHz: number;
  /** When the header tells it. */
  readonly durationMs: number | undefined;
  /** Whole samples, never empty. @throws {ProviderError} TRUNCATED - less came than the header promised, or half a sample. */
  pcm(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Enough to see any magic and the rate in a WAV header, also behind a long LIST chunk. */
const HEAD_BYTES = 4096;
const MAGIC_BYTES = 12;

/**
 * Opens an engine's answer as sound, as soon as its first sample is there.
 *
 * An engine that was asked for bare PCM and sends a file is taken at its bytes: compatible servers do that.
 *
 * @param chunks - of the body, cut anywhere; closed by `close`.
 * @throws {ProviderError} FAILED - no sound, or nothing; what `chunks` throws.
 */
export async function openEngineSound(
  chunks: AsyncIterable<Uint8Array>,
  options: EngineSoundOptions,
): Promise<EngineSound> {
  const body = new PeekedBody(chunks);
  try {
    const magic = await body.head(MAGIC_BYTES);
    if (magic.byteLength === 0)
      throw failedFault(options.face, `expected sound from ${options.face.place}, got nothing`);
    if (isFile(magic) || (options.form === 'file' && !isText(magic)))
      return await openFileSound(body, magic, options);
    if (options.form === 'file' || (isText(magic) && isTextType(options.contentType)))
      throw await noSound(body, options);
    return bareSound(body, options);
  } catch (error) {
    body.close();
    throw error;
  }
}

function bareSound(body: PeekedBody, options: EngineSoundOptions): EngineSound {
  return {
    sampleRateHz: options.sampleRateHz,
    durationMs: undefined,
    pcm: () => barePcm(body, options.face),
    close: async () => body.close(),
  };
}

async function* barePcm(body: PeekedBody, face: EngineFace): AsyncGenerator<Uint8Array, void> {
  const samples = new WholeSamples();
  for await (const chunk of body.rest()) {
    const pcm = samples.push(chunk);
    if (pcm.byteLength > 0) yield pcm;
  }
  if (samples.hasHalf) throw truncatedFault(face, 'it ended in the middle of a sample');
}

async function openFileSound(
  body: PeekedBody,
  magic: Uint8Array,
  options: EngineSoundOptions,
): Promise<EngineSound> {
  const { face, signal } = options;
  const ownRateHz = isWave(magic) ? await body.waveRateHz() : undefined;
  const sampleRateHz = ownRateHz ?? options.sampleRateHz;
  let source: SoundSource;
  try {
    source = await openSound(body.rest(), {
      sampleRateHz,
      name: face.name,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw soundFault(error, options);
  }
  return {
    sampleRateHz,
    durationMs: source.durationMs,
    pcm: () => filePcm(source, options),
    close: async () => {
      await source.close();
      body.close();
    },
  };
}

async function* filePcm(source: SoundSource, options: EngineSoundOptions): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const pcm of source.frames()) if (pcm.byteLength > 0) yield pcm;
  } catch (error) {
    throw soundFault(error, options);
  }
  if (source.truncated) throw truncatedFault(options.face, 'the sound is shorter than its header says');
}

/** What the audio room says of a damaged file, as a failure of the engine that sent it. */
function soundFault(error: unknown, options: EngineSoundOptions): unknown {
  if (options.signal?.aborted === true) return options.signal.reason;
  if (error instanceof ProviderError || isAbortError(error)) return error;
  const { face, contentType } = options;
  if (error instanceof BridgeError && error.code === 'BRIDGE_ERR_AUDIO_EMPTY')
    return failedFault(face, `expected sound from ${face.place}, got a file without any`);
  const kind = contentType === '' ? 'something else' : contentType;
  return failedFault(face, `expected sound from ${face.place}, got ${kind} that cannot be played`, error);
}

async function noSound(body: PeekedBody, options: EngineSoundOptions): Promise<ProviderError> {
  const { face, redaction, contentType } = options;
  const head = new TextDecoder().decode(await body.head(HEAD_BYTES));
  const words = redaction.apply(vendorWords(head) ?? '');
  const kind = contentType === '' ? 'text' : contentType;
  return failedFault(
    face,
    `expected sound from ${face.place}, got ${kind}${words === '' ? '' : `: "${words}"`}; check the address and the format`,
  );
}

/** A body whose beginning was looked at and is still to be read. */
class PeekedBody {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #head: Uint8Array = new Uint8Array(0);
  #hasEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  /** At least `count` bytes, fewer only at the end. */
  async head(count: number): Promise<Uint8Array> {
    while (this.#head.byteLength < count && !this.#hasEnded) {
      const next = await this.#iterator.next();
      if (next.done === true) this.#hasEnded = true;
      else this.#head = Buffer.concat([this.#head, next.value]);
    }
    return this.#head;
  }

  /** The rate in a WAV header; undefined when it is not near the beginning or is none that can be played. */
  async waveRateHz(): Promise<number | undefined> {
    let at = MAGIC_BYTES;
    while (at + 16 <= HEAD_BYTES) {
      const head = await this.head(at + 16);
      if (head.byteLength < at + 16) return undefined;
      const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
      if (latin1(head.subarray(at, at + 4)) === 'fmt ') {
        const rateHz = view.getUint32(at + 12, true);
        return rateHz >= MIN_SAMPLE_RATE_HZ && rateHz <= MAX_SAMPLE_RATE_HZ / 2 ? rateHz : undefined;
      }
      const sizeBytes = view.getUint32(at + 4, true);
      at += 8 + sizeBytes + (sizeBytes % 2);
    }
    return undefined;
  }

  async *rest(): AsyncGenerator<Uint8Array, void> {
    try {
      if (this.#head.byteLength > 0) yield this.#head;
      while (!this.#hasEnded) {
        const next = await this.#iterator.next();
        if (next.done === true) this.#hasEnded = true;
        else yield next.value;
      }
    } finally {
      this.close();
    }
  }

  /** Does not wait: what is stuck in a read ends with its exchange. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#iterator.return?.().catch(() => {});
  }
}

function isWave(magic: Uint8Array): boolean {
  return /^(RIFF|RIFX|RF64|BW64)/.test(latin1(magic)) && latin1(magic).slice(8, 12) === 'WAVE';
}

/** Kinds whose first bytes cannot be PCM by chance; bare MP3 frames can. */
function isFile(magic: Uint8Array): boolean {
  return isWave(magic) || /^(OggS|fLaC|ID3[\x02-\x04])/.test(latin1(magic));
}

/** Begins as JSON or a page does. */
function isText(magic: Uint8Array): boolean {
  return /^(\xef\xbb\xbf)?\s*[<{["A-Za-z]/.test(latin1(magic)) && !isFile(magic);
}

function isTextType(contentType: string): boolean {
  return /^text\/|json$|xml$/.test(contentType);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 16));
}
