import { type Clock, isAbortError, type Random } from '../../runtime/index.js';
import type { SpeechPart, SpeechRequest, Synthesizer } from '../synthesizer.js';
import { cacheKey } from './cache-entry.js';
import { checkedParts } from './checked-parts.js';
import type { DailyCap } from './daily-cap.js';
import { whenSounding } from './first-sound.js';
import { withRetries } from './retry.js';
import type { SpeechCache } from './speech-cache.js';
import type { UsageCounts } from './usage-counts.js';
import { watchedParts } from './watched-parts.js';

export interface EngineLineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly idleMs: number;
  readonly usage: UsageCounts;
  /** Undefined: it costs nothing. */
  readonly cap: DailyCap | undefined;
  readonly cache: SpeechCache | undefined;
  readonly onRetry: (error: unknown, delayMs: number) => void;
}

/** An answer that has begun to sound, or is about to. */
export interface OpenedSpeech {
  readonly parts: AsyncIterable<SpeechPart>;
  readonly isCached: boolean;
}

/**
 * One engine with what stands around it: cache ← retry ← counts and cap ← contract ← watchdog ← engine.
 *
 * Fails before the first sound (tried again as long as that helps), or in the middle (never tried again: nobody shall hear the
 * same words twice). Only answers that came to their end are kept.
 */
export class EngineLine {
  readonly engine: Synthesizer;
  readonly #options: EngineLineOptions;

  constructor(engine: Synthesizer, options: EngineLineOptions) {
    this.engine = engine;
    this.#options = options;
  }

  /**
   * @returns When the first sound is there.
   * @throws {ProviderError} what the engine threw last; the reason of the request's signal.
   */
  async open(request: SpeechRequest): Promise<OpenedSpeech> {
    const { cache, usage, clock, random, onRetry } = this.#options;
    const { name } = this.engine;
    const key = cacheKey(this.engine, request);
    const kept = await cache?.read(key);
    request.signal?.throwIfAborted();
    if (kept !== undefined) {
      usage.add(name, { cacheHits: 1 });
      return { parts: replayed(kept, request.signal), isCached: true };
    }
    const parts = await withRetries(() => this.#attempt(request), {
      clock,
      random,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      onRetry: (error, delayMs) => {
        usage.add(name, { retries: 1 });
        onRetry(error, delayMs);
      },
    });
    return { parts: cache === undefined ? parts : keeping(parts, key, cache), isCached: false };
  }

  async #attempt(request: SpeechRequest): Promise<AsyncIterable<SpeechPart>> {
    const characters = [...request.text].length;
    await this.#options.cap?.reserve(this.engine.name, characters);
    this.#options.usage.add(this.engine.name, { requests: 1, characters });
    return whenSounding(this.#counted(request));
  }

  async *#counted(request: SpeechRequest): AsyncGenerator<SpeechPart> {
    const { usage } = this.#options;
    const { name } = this.engine;
    let sampleRateHz = 0;
    try {
      for await (const part of checkedParts(watchedParts(this.engine, request, this.#options), name)) {
        if (part.type === 'start') sampleRateHz = part.sampleRateHz;
        else if (part.type === 'sound')
          usage.add(name, { soundMs: (part.pcm.byteLength * 500) / sampleRateHz });
        yield part;
      }
    } catch (error) {
      if (!isAbortError(error) && request.signal?.aborted !== true) usage.add(name, { failures: 1 });
      throw error;
    }
  }
}

async function* replayed(
  parts: readonly SpeechPart[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SpeechPart> {
  for (const part of parts) {
    signal?.throwIfAborted();
    yield part;
  }
}

/** Keeps the answer when all of it has come. */
async function* keeping(
  parts: AsyncIterable<SpeechPart>,
  key: string,
  cache: SpeechCache,
): AsyncGenerator<SpeechPart> {
  let kept: SpeechPart[] | undefined = [];
  let bytes = 0;
  for await (const part of parts) {
    if (part.type === 'sound') bytes += part.pcm.byteLength;
    if (bytes > cache.maxEntryBytes) kept = undefined;
    // The receiver owns the bytes and may change them.
    kept?.push(part.type === 'sound' ? { type: 'sound', pcm: part.pcm.slice() } : part);
    yield part;
  }
  if (kept !== undefined) cache.keep(key, kept);
}
