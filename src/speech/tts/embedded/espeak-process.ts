import type { Timer } from '../../../runtime/index.js';
import { PartQueue } from '../../child/part-queue.js';
import { closedFault } from '../../child/program-fault.js';
import { type EspeakChildOptions, EspeakChildProcess } from './espeak-child-process.js';
import type { EspeakEvent, EspeakManner, EspeakUnit, EspeakVoice } from './espeak-frames.js';

export interface EspeakProcessOptions extends EspeakChildOptions {
  /** The process ends after so long without a request. */
  readonly idleMs: number;
  /** A process that takes more memory is replaced before the next request. */
  readonly maxMemoryBytes: number;
}

export type EspeakPart =
  | { readonly type: 'start'; readonly sampleRateHz: number }
  | { readonly type: 'sound'; readonly pcm: Uint8Array }
  | { readonly type: 'events'; readonly unit: number; readonly events: readonly EspeakEvent[] }
  | { readonly type: 'end'; readonly samples: number };

interface Job {
  /** Whether anything came of it. */
  readonly hasBegun: () => boolean;
  readonly run: (child: EspeakChildProcess) => Promise<void>;
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * espeak-ng in a process of its own, which is started when it is needed, started anew when it died, and ended when nobody needs it.
 *
 * Requests are said one after the other, in order: a request is done in a fraction of the time its sound lasts. One that was taken
 * back makes room for the next.
 */
export class EspeakProcess {
  readonly #options: EspeakProcessOptions;
  readonly #jobs: Job[] = [];
  readonly #closing = new AbortController();
  #child: Promise<EspeakChildProcess> | undefined;
  #working: Promise<void> | undefined;
  #idle: Timer | undefined;

  constructor(options: EspeakProcessOptions) {
    this.#options = options;
  }

  /** @throws {ProviderError} while read. Leaving the loop takes the request back. */
  speak(units: readonly EspeakUnit[], manner: EspeakManner): AsyncIterableIterator<EspeakPart> {
    const taken = new AbortController();
    const parts = new PartQueue<EspeakPart>(() => taken.abort());
    let hasBegun = false;
    this.#add({
      signal: taken.signal,
      hasBegun: () => hasBegun,
      fail: (error) => parts.fail(error),
      run: async (child) => {
        await child.ask(
          { type: 'speak', units, manner },
          (frame) => {
            if (!hasBegun) parts.push({ type: 'start', sampleRateHz: child.sampleRateHz });
            hasBegun = true;
            if (frame.kind === 'sound') parts.push({ type: 'sound', pcm: frame.pcm });
            else if (frame.answer.type === 'events' || frame.answer.type === 'end') parts.push(frame.answer);
          },
          taken.signal,
        );
        parts.end();
      },
    });
    return parts;
  }

  /** @throws {ProviderError} */
  voices(signal: AbortSignal): Promise<readonly EspeakVoice[]> {
    return new Promise((resolve, reject) => {
      let voices: readonly EspeakVoice[] = [];
      this.#add({
        signal,
        hasBegun: () => false,
        fail: reject,
        run: async (child) => {
          await child.ask(
            { type: 'voices' },
            (frame) => {
              if (frame.kind === 'answer' && frame.answer.type === 'voices') voices = frame.answer.voices;
            },
            signal,
          );
          resolve(voices);
        },
      });
    });
  }

  /** Starts the process, so that the first request need not wait for it. @throws {ProviderError} */
  async warmUp(): Promise<void> {
    if (this.#closing.signal.aborted) throw closedFault(this.#options.provider);
    await this.#started();
    if (this.#working === undefined) this.#rest();
  }

  /** Whoever waits fails. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#idle?.cancel();
    for (const job of this.#jobs.splice(0)) job.fail(closedFault(this.#options.provider));
    await this.#endChild();
    await this.#working;
  }

  #add(job: Job): void {
    if (this.#closing.signal.aborted) {
      job.fail(closedFault(this.#options.provider));
      return;
    }
    this.#idle?.cancel();
    this.#jobs.push(job);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // Whoever asked first has said all it wants before anything is done.
    await Promise.resolve();
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      if (job.signal.aborted) continue;
      try {
        await this.#run(job);
      } catch (error) {
        job.fail(error);
      }
    }
    this.#working = undefined;
    this.#rest();
  }

  /** One that died while it rested may not have been told of as dead yet: what it never heard of goes to the next. */
  async #run(job: Job): Promise<void> {
    const before = this.#child;
    const child = await this.#started();
    const wasRested = (await before?.catch(() => undefined)) === child;
    try {
      await job.run(child);
    } catch (error) {
      if (!wasRested || child.isAlive || child.hasStalled || job.hasBegun()) throw error;
      await job.run(await this.#started());
    }
  }

  /** The process, started when there is none that can be asked. Every call waits for the one before: never are there two. */
  #started(): Promise<EspeakChildProcess> {
    const next = this.#childAfter(this.#child);
    this.#child = next;
    next.catch(() => {});
    return next;
  }

  async #childAfter(before: Promise<EspeakChildProcess> | undefined): Promise<EspeakChildProcess> {
    const child = await before?.catch(() => undefined);
    if (child?.isAlive === true && child.memoryBytes <= this.#options.maxMemoryBytes) return child;
    void child?.close();
    return EspeakChildProcess.start(this.#options, this.#closing.signal);
  }

  #rest(): void {
    if (this.#closing.signal.aborted) return;
    this.#idle?.cancel();
    this.#idle = this.#options.clock.after(this.#options.idleMs, () => void this.#endChild());
  }

  async #endChild(): Promise<void> {
    const child = await this.#child?.catch(() => undefined);
    this.#child = undefined;
    await child?.close();
  }
}
